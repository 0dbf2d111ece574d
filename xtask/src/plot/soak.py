"""Draws what `cargo xtask soak --csv` wrote: python soak.py SAMPLES.csv PICTURE.png"""

import csv
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plot

with open(sys.argv[1], newline="") as file:
    samples = list(csv.DictReader(file))


def column(name, scale=1.0):
    """What is not known is a gap in the line."""
    return [float(sample[name]) * scale if sample[name] else float("nan") for sample in samples]


second = column("second")
figure, axes = plot.subplots(4, 1, sharex=True, figsize=(9, 9), layout="constrained")
rates, inside, latency, memory = axes

rates.plot(second, column("answers"), label="entries answered")
rates.plot(second, column("requests"), label="requests sent")
rates.set_ylabel("a second")

inside.plot(second, column("inside", 1e-3), label="entries inside, in thousands")
inside.plot(second, column("bytes", 1 / (1 << 20)), label="bytes charged for them, in MiB")

for name, label in [("p50_ms", "median"), ("p99_ms", "99 of 100"), ("p999_ms", "999 of 1,000")]:
    latency.plot(second, column(name, 1e-3), label=label)
latency.set_yscale("log")
latency.set_ylabel("seconds from\nsubmit to answer")

memory.plot(second, column("resident_bytes", 1 / (1 << 20)), label="resident memory of the process, in MiB")
memory.set_ylim(bottom=0)
memory.set_xlabel("seconds")

out = [at for at, sample in zip(second, samples) if sample["out"] == "1"]
for axis in axes:
    if out:
        axis.axvspan(out[0] - 1, out[-1], color="0.9", label="service out" if axis is rates else None)
    axis.grid(color="0.93")
    axis.set_axisbelow(True)
    corner = "lower right" if axis is memory else "upper right"
    axis.legend(loc=corner, frameon=False, fontsize="small")
    for side in ("top", "right"):
        axis.spines[side].set_visible(False)

figure.savefig(sys.argv[2], dpi=90)
