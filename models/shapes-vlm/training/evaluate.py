"""Exact answers of a checkpoint on the held-out questions, with all 576 visual tokens, in PyTorch.

    python3 evaluate.py --weights run/model.pt [--json FILE]

A greedy answer is right exactly if every token is the likeliest one given the right tokens before it, which one pass over question
and answer tells.
"""
import argparse
import json
from collections import defaultdict
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from export_onnx import load_model
from model import patchify
from questions import encode

HERE = Path(__file__).parent


@torch.no_grad()
def right_answers(model, heldout):
    """(question row, right or not) for every line of questions.jsonl."""
    by_image = defaultdict(list)
    for line in (heldout / "questions.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        by_image[row["image"]].append(row)
    for name, rows in by_image.items():
        pixels = np.array(Image.open(heldout / name).convert("RGB"))
        prefix = model.prefix(model.projector(model.encoder(patchify(pixels[None]))[0]))
        ids, targets = (torch.tensor(part) for part in zip(*(encode(as_words(row["question"]), row["answer"].split()) for row in rows)))
        chosen = model.decoder.logits(model.decoder.answer_many(prefix, ids[None])[0]).argmax(-1)
        right = ((chosen == targets) | (targets < 0)).all(-1)
        yield from zip(rows, right.tolist())


def as_words(question):
    """As the tokenizer parts it: lower case, "?" a word of its own."""
    return question.lower().replace("?", " ? ").split()


def shares(results):
    """Share of right answers in all, by kind and by file type: {name: (share, number)}."""
    groups = defaultdict(list)
    for row, right in results:
        for group in ("all", row["kind"], row["image"].rsplit(".", 1)[1]):
            groups[group].append(right)
    return {group: (sum(values) / len(values), len(values)) for group, values in groups.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=Path, default=HERE / "run" / "model.pt")
    parser.add_argument("--heldout", type=Path, default=HERE.parent / "heldout")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    results = shares(right_answers(load_model(options.weights), options.heldout))
    for group, (share, number) in results.items():
        print(f"{group:12} {100 * share:6.2f} % of {number}")
    if options.json:
        options.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
