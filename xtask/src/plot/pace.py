"""Draws what a service saw of a row of `cargo xtask pace`: python pace.py ROW.csv PICTURE.png"""

import csv
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plot

with open(sys.argv[1], newline="") as file:
    title = file.readline().removeprefix("# ").strip()
    samples = list(csv.DictReader(file))

second = [float(sample["second"]) for sample in samples]
figure, (accepted, throttled) = plot.subplots(
    2, 1, sharex=True, figsize=(9, 4.5), layout="constrained", height_ratios=[3, 1]
)
writers = [name for name in samples[0] if name.startswith("writer")]
for name in writers:
    accepted.plot(second, [float(sample[name]) for sample in samples], label=name, linewidth=1)
if len(writers) > 1:
    total = [sum(float(sample[name]) for name in writers) for sample in samples]
    accepted.plot(second, total, label="all", color="0.3", linewidth=1)
accepted.set_title(title, fontsize="medium")
accepted.set_ylabel("accepted a second")
throttled.plot(second, [float(sample["throttled"]) for sample in samples], color="tab:red", linewidth=1)
throttled.set_ylabel("throttled")
throttled.set_xlabel("seconds")
for axis in (accepted, throttled):
    axis.set_ylim(bottom=0)
    axis.grid(color="0.93")
    axis.set_axisbelow(True)
    for side in ("top", "right"):
        axis.spines[side].set_visible(False)
if len(writers) <= 2:
    accepted.legend(loc="lower right", frameon=False, fontsize="small")

figure.savefig(sys.argv[2], dpi=60)
