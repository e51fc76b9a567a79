"""Writes seeded rows with Python's csv module, and the same rows as JSON: python3 make.py"""
import csv
import json
import random

PIECES = ["a", "b c", ",", "\t", '"', '""', "\n", "\r\n", "", " ", "ü", "日本", "🎨", "=1+1", "'", "\\"]


def cell(choose):
    return "".join(choose.choice(PIECES) for _ in range(choose.randrange(5)))


choose = random.Random(5)
rows = [[f"{i}.png", f"what {cell(choose)}?", cell(choose)] for i in range(200)]
with open("rows.json", "w", encoding="utf-8", newline="\n") as file:
    json.dump(rows, file, ensure_ascii=False, indent=0)
for name, dialect, quoting in [("minimal.csv", "excel", csv.QUOTE_MINIMAL), ("all.csv", "unix", csv.QUOTE_ALL), ("minimal.tsv", "excel-tab", csv.QUOTE_MINIMAL)]:
    with open(name, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, dialect, quoting=quoting)
        writer.writerow(["image", "question", "more"])
        writer.writerows(rows)
