"""Draws the held-out images and questions: heldout/*.png, *.jpg and questions.jsonl.

    python3 draw_heldout.py --folder ../heldout
    python3 draw_heldout.py --folder fresh --seed 20261129 --images 300    # others, that nobody has looked at

Their generators start from a counter that training never uses. Every image is at least two thirds background. Half of the
images are PNG, without fine noise (it does not compress); half are JPEG of quality 92, half of which carry a little.
"""
import argparse
import json
from pathlib import Path

import numpy as np
from PIL import Image

from batches import HELD_OUT, asked_scene
from questions import EVEN_MIX, KINDS, draw_questions
from scenes import counter_rng, render

SEED = 424_242
IMAGES = 600
QUESTIONS = 5
JPEG_QUALITY = 92
JPEG_NOISE = 0.008
MOST_COVERED = 1 / 3


def draw_image(number, seed):
    """Objects, picture and questions of one image; scenes that cover more than a third of it are drawn again."""
    for attempt in range(100):
        rng = counter_rng(HELD_OUT, seed, number, attempt)
        objects = asked_scene(rng)
        jpeg, noise = number % 2 == 1, 0.0
        if jpeg and number % 4 == 1:
            noise = rng.uniform(0, JPEG_NOISE)
        picture, shown = render(rng, objects, noise)
        if (shown > 0).mean() <= MOST_COVERED:
            return picture, jpeg, distinct_questions(rng, objects)
    raise RuntimeError(f"image {number}: no scene covers less than a third of the picture")


def distinct_questions(rng, objects):
    """QUESTIONS questions, no text twice."""
    chosen = {}
    while len(chosen) < QUESTIONS:
        kind, words, answer = draw_questions(rng, objects, 1, EVEN_MIX)[0]
        chosen.setdefault(as_typed(words), (KINDS[kind], " ".join(answer)))
    return chosen


def as_typed(words):
    """["is", "there", "a", "ring", "?"] -> "Is there a ring?" """
    return (" ".join(words[:-1]) + words[-1]).capitalize()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    shipped = Path(__file__).parent.parent / "heldout"
    parser.add_argument("--folder", type=Path, default=shipped)
    parser.add_argument("--seed", type=int, default=SEED, help=f"default {SEED}: the images of ../heldout")
    parser.add_argument("--images", type=int, default=IMAGES, help=f"default {IMAGES}")
    options = parser.parse_args()
    folder = options.folder
    if folder.resolve() == shipped.resolve() and (options.seed, options.images) != (SEED, IMAGES):
        parser.error("--seed and --images would replace the images of ../heldout. Give another folder with --folder.")
    folder.mkdir(parents=True, exist_ok=True)
    for old in [*folder.glob("*.png"), *folder.glob("*.jpg")]:
        old.unlink()
    lines = []
    for number in range(options.images):
        picture, jpeg, questions = draw_image(number, options.seed)
        name = f"{number:04}.{'jpg' if jpeg else 'png'}"
        save = {"quality": JPEG_QUALITY, "subsampling": "4:2:0"} if jpeg else {"optimize": True}
        Image.fromarray(np.ascontiguousarray(picture)).save(folder / name, **save)
        for text, (kind, answer) in questions.items():
            lines.append(json.dumps({"image": name, "question": text, "answer": answer, "kind": kind}))
    (folder / "questions.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{options.images} images, {len(lines)} questions, {sum(f.stat().st_size for f in folder.iterdir()) / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
