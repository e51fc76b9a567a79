"""Training data of one step: scenes, images, labels and questions of (seed, stage, step, image), whoever draws them."""
from dataclasses import dataclass

import numpy as np

from questions import TEXT_LENGTH, draw_questions, encode
from scenes import SceneObject, counter_rng, draw_scene, patch_labels, render

# The first counter of a generator says what it is for, so that training never meets a held-out image.
TRAINING, STARTING, HELD_OUT = 1, 2, 3

# How many objects a scene of stages 2 and 3 has: one to five.
_OBJECT_ODDS = np.array([0.10, 0.15, 0.20, 0.25, 0.30])


@dataclass(frozen=True)
class Batch:
    """images uint8 [B, S, S, 3]; labels [B, 576, 3]; ids and targets [B, Q, TEXT_LENGTH]; kinds [B, Q] (None without questions)."""
    scenes: list[list[SceneObject]]
    images: np.ndarray
    labels: np.ndarray
    ids: np.ndarray | None = None
    targets: np.ndarray | None = None
    kinds: np.ndarray | None = None


def crowded_scene(rng):
    """Two to eight objects: what the encoder learns to see from."""
    return draw_scene(rng, 2, 8)


def asked_scene(rng):
    """One to five objects: what questions are asked about."""
    count = 1 + int(np.searchsorted(np.cumsum(_OBJECT_ODDS)[:-1], rng.rand(), side="right"))
    return draw_scene(rng, count, count)


def draw_batch(counters, images, scene, questions=0, mix=None):
    """counters: purpose, seed, stage, step; images: numbers of the images within the step."""
    scenes, pictures, labels, asked = [], [], [], []
    for image in images:
        rng = counter_rng(*counters, image)
        objects = scene(rng)
        picture, shown = render(rng, objects)
        scenes.append(objects)
        pictures.append(picture)
        labels.append(patch_labels(objects, shown))
        if questions:
            asked.extend(draw_questions(rng, objects, questions, mix))
    if not questions:
        return Batch(scenes, np.stack(pictures), np.stack(labels))
    shape = (len(scenes), questions, TEXT_LENGTH)
    ids, targets = zip(*(encode(words, answer) for _, words, answer in asked))
    kinds = np.array([kind for kind, _, _ in asked]).reshape(shape[:2])
    return Batch(scenes, np.stack(pictures), np.stack(labels), np.array(ids).reshape(shape), np.array(targets).reshape(shape), kinds)
