#!/usr/bin/env python3
"""The median, least and greatest of each figure in lines `R<TAB>shape<TAB>metric<TAB>value`."""
import statistics
import sys

figures = {}
with open(sys.argv[1], encoding="utf-8") as results:
    for line in results:
        parts = line.rstrip("\n").split("\t")
        if len(parts) == 4 and parts[0] == "R":
            figures.setdefault((parts[1], parts[2]), []).append(float(parts[3]))
for (shape, metric), values in figures.items():
    print(f"{shape:16} {metric:28} {statistics.median(values):12.1f}"
          f"  [{min(values):.1f}..{max(values):.1f}]")
