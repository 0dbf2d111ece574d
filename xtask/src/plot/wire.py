"""Draws the ratios of `cargo xtask bench wire`: python wire.py RATIOS.csv PICTURE.png"""

import csv
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plot

with open(sys.argv[1], newline="") as file:
    rows = list(csv.DictReader(file))

cases = list(dict.fromkeys(row["case"] for row in rows))
arms = list(dict.fromkeys(row["arm"] for row in rows))
height = 0.8 / len(arms)

figure, axis = plot.subplots(figsize=(9, 1.2 + 0.55 * len(cases)), layout="constrained")
for number, arm in enumerate(arms):
    own = [row for row in rows if row["arm"] == arm]
    places = [cases.index(row["case"]) + (number - (len(arms) - 1) / 2) * height for row in own]
    medians = [float(row["median"]) for row in own]
    below = [median - float(row["least"]) for median, row in zip(medians, own)]
    above = [float(row["most"]) - median for median, row in zip(medians, own)]
    axis.barh(places, medians, height, label=arm, xerr=[below, above], error_kw={"ecolor": "0.4", "lw": 0.8})

axis.axvline(1, color="black", lw=1)
axis.set_yticks(range(len(cases)), cases)
axis.invert_yaxis()
axis.set_xlim(left=0)
axis.set_xlabel(
    "processor time per entry, divided by that of batches made by hand (line: 1);\n"
    "median, least and most of the rounds"
)
axis.grid(axis="x", color="0.93")
axis.set_axisbelow(True)
axis.legend(frameon=False, fontsize="small", loc="lower left", bbox_to_anchor=(0, 1), ncols=len(arms))
for side in ("top", "right"):
    axis.spines[side].set_visible(False)

figure.savefig(sys.argv[2], dpi=90)
