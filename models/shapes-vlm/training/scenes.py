"""Scenes of simple objects: what is in them, how they are drawn, what each image patch shows.

A scene is a list of :class:`SceneObject`. Everything random comes from a generator handed in, and :func:`counter_rng`
makes one from counters alone, so that image 7 of step 300 is the same picture whoever draws it, and whenever.
"""
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

SHAPES = ["circle", "square", "triangle", "star", "cross", "ring"]
COLORS = ["red", "green", "blue", "yellow", "orange", "purple", "cyan", "white"]
SIZES = ["small", "large"]

IMAGE_SIZE = 336
PATCH_SIZE = 14
GRID = IMAGE_SIZE // PATCH_SIZE
PATCH_COUNT = GRID * GRID

COLOR_VALUES = np.array(
    [[0.85, 0.12, 0.12], [0.15, 0.65, 0.20], [0.15, 0.25, 0.85], [0.92, 0.86, 0.15],
     [0.95, 0.50, 0.08], [0.55, 0.15, 0.68], [0.15, 0.80, 0.86], [0.96, 0.96, 0.96]], np.float32)

SMALL_RADII = (20, 26)          # inclusive
LARGE_RADII = (38, 50)
ROTATIONS = (-20, -10, 0, 10, 20)
NOISE_PATTERNS = 16
NOISE_SEED = 20_251_122

RING, SQUARE, TRIANGLE, STAR, CROSS = 5, 1, 2, 3, 4


@dataclass(frozen=True)
class SceneObject:
    """One object: indices into SHAPES, COLORS, SIZES and ROTATIONS; centre and radius in pixels."""
    shape: int
    color: int
    size: int
    radius: int
    x: int
    y: int
    rotation: int


def counter_rng(*counters: int) -> np.random.RandomState:
    """A generator that depends on the counters and nothing else. RandomState: its streams never change."""
    return np.random.RandomState(np.array(counters, np.uint32))


@lru_cache(maxsize=None)
def coverage(shape: int, radius: int, rotation: int) -> np.ndarray:
    """How much of each pixel the object covers, [D, D] in 0..1 with D = 2 radius + 3; three samples a pixel each way."""
    samples, width = 3, 2 * radius + 3
    axis = ((np.arange(width * samples) + 0.5) / samples - width / 2) / radius
    u, v = np.meshgrid(axis, axis)
    angle = np.deg2rad(ROTATIONS[rotation])
    u, v = u * np.cos(angle) + v * np.sin(angle), v * np.cos(angle) - u * np.sin(angle)
    inside = _inside(shape, u, v).astype(np.float32)
    return inside.reshape(width, samples, width, samples).mean((1, 3))


def _inside(shape: int, u: np.ndarray, v: np.ndarray) -> np.ndarray:
    if shape == SQUARE:
        return np.maximum(np.abs(u), np.abs(v)) <= 0.82
    if shape == TRIANGLE:
        inside = v <= 0.5
        for degrees in (210, 330):
            inside &= u * np.cos(np.deg2rad(degrees)) + v * np.sin(np.deg2rad(degrees)) <= 0.5
        return inside
    if shape == CROSS:
        arm, length = 0.3, 0.95
        return ((np.abs(u) <= arm) & (np.abs(v) <= length)) | ((np.abs(v) <= arm) & (np.abs(u) <= length))
    if shape == STAR:
        # Fold the plane onto one tenth of the star, then test one edge: from the tip (1, 0) to the inner corner.
        sector = 2 * np.pi / 5
        folded = np.abs((np.arctan2(u, -v) + sector / 2) % sector - sector / 2)
        distance = np.hypot(u, v)
        x, y = distance * np.cos(folded), distance * np.sin(folded)
        corner_x, corner_y = 0.42 * np.cos(sector / 2), 0.42 * np.sin(sector / 2)
        return (corner_x - 1) * y - corner_y * (x - 1) >= 0
    distance = u * u + v * v
    return (distance <= 1) & (distance >= 0.55 ** 2) if shape == RING else distance <= 1


def draw_scene(rng: np.random.RandomState, fewest: int, most: int) -> list[SceneObject]:
    """Between `fewest` and `most` objects that do not touch. A quarter of the scenes use two shapes only and a fifth
    two colours only, so that objects are often alike in one respect (that is what makes questions hard)."""
    count = rng.randint(fewest, most + 1)
    shapes, colors = np.arange(len(SHAPES)), np.arange(len(COLORS))
    theme = rng.rand()
    if theme < 0.25:
        shapes = rng.choice(len(SHAPES), 2, replace=False)
    elif theme < 0.45:
        colors = rng.choice(len(COLORS), 2, replace=False)
    objects: list[SceneObject] = []
    for _ in range(count):
        for attempt in range(40):
            size = rng.randint(2)
            if count > 5 and attempt > 5:
                size = 0
            low, high = LARGE_RADII if size else SMALL_RADII
            radius = rng.randint(low, high + 1)
            x, y = rng.randint(radius + 2, IMAGE_SIZE - radius - 2, 2)
            if all((x - o.x) ** 2 + (y - o.y) ** 2 >= (radius + o.radius + 3) ** 2 for o in objects):
                objects.append(SceneObject(int(shapes[rng.randint(len(shapes))]), int(colors[rng.randint(len(colors))]),
                                           int(size), int(radius), int(x), int(y), int(rng.randint(len(ROTATIONS)))))
                break
    return objects


@lru_cache(maxsize=1)
def _noise_patterns() -> np.ndarray:
    """Unit Gaussian noise, [NOISE_PATTERNS, S, S, 3]; drawn once, each image takes one and scales it."""
    rng = np.random.RandomState(NOISE_SEED)
    return rng.standard_normal((NOISE_PATTERNS, IMAGE_SIZE, IMAGE_SIZE, 3)).astype(np.float32)


_ROWS, _COLUMNS = (axis.astype(np.float32) / IMAGE_SIZE for axis in np.mgrid[:IMAGE_SIZE, :IMAGE_SIZE])


def _muted(rng: np.random.RandomState) -> np.ndarray:
    return (rng.uniform(0.12, 0.6) + rng.uniform(-0.06, 0.06, 3)).astype(np.float32)


def _background(rng: np.random.RandomState) -> np.ndarray:
    """Plain, gradient, blocks of noise, or stripes; float [S, S, 3]."""
    kind, base = rng.randint(4), _muted(rng)
    if kind == 0:
        return np.broadcast_to(base, (IMAGE_SIZE, IMAGE_SIZE, 3)).copy()
    if kind == 1:
        other, angle = _muted(rng), rng.uniform(0, 2 * np.pi)
        ramp = _COLUMNS * np.float32(np.cos(angle)) + _ROWS * np.float32(np.sin(angle))
        ramp = (ramp - ramp.min()) / (ramp.max() - ramp.min())
        return base + (other - base) * ramp[..., None]
    if kind == 2:
        block = (7, 14, 21, 28)[rng.randint(4)]
        blocks = rng.standard_normal((-(-IMAGE_SIZE // block),) * 2).astype(np.float32) * np.float32(0.07)
        blocks = blocks.repeat(block, 0).repeat(block, 1)[:IMAGE_SIZE, :IMAGE_SIZE]
        return base + blocks[..., None]
    angle, frequency = rng.uniform(0, np.pi), rng.uniform(8, 30)
    phase = _COLUMNS * np.float32(frequency * np.cos(angle)) + _ROWS * np.float32(frequency * np.sin(angle))
    return base + np.where(np.sin(np.float32(2 * np.pi) * phase) >= 0, np.float32(0.06), np.float32(-0.06))[..., None]


def render(rng: np.random.RandomState, objects: list[SceneObject], noise: float | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Draws a scene. Returns the image, uint8 [S, S, 3], and which object each pixel shows, uint8 [S, S], 0 = none.

    `noise` is the standard deviation of the fine Gaussian noise over everything but the objects (1 = full range); None
    draws it: half of the images have none, the other half up to 0.03.
    """
    image = _background(rng)
    drawn = 0.0 if rng.rand() < 0.5 else rng.uniform(0, 0.03)
    pattern = rng.randint(NOISE_PATTERNS)
    amount = drawn if noise is None else noise
    if amount > 0:
        image += _noise_patterns()[pattern] * np.float32(amount)
    shown = np.zeros((IMAGE_SIZE, IMAGE_SIZE), np.uint8)
    for number, o in enumerate(objects, start=1):
        cover = coverage(o.shape, o.radius, o.rotation)
        top, left, width = o.y - len(cover) // 2, o.x - len(cover) // 2, len(cover)
        # Objects keep two pixels from the border, the coverage square one: it never sticks out.
        window = image[top:top + width, left:left + width]
        color = COLOR_VALUES[o.color] + rng.uniform(-0.06, 0.06, 3).astype(np.float32)
        window += cover[..., None] * (color - window)
        shown[top:top + width, left:left + width][cover > 0.5] = number
    np.clip(image, 0, 1, out=image)
    image *= 255
    image += np.float32(0.5)
    return image.astype(np.uint8), shown


def patch_labels(objects: list[SceneObject], shown: np.ndarray) -> np.ndarray:
    """What each patch shows: int64 [576, 3] of shape, colour, size; -1 where it is background.

    A patch belongs to the object that covers most of it, if at least 8 of 49 sampled pixels are covered; the patch of an
    object's centre always belongs to it (a ring has a hole there).
    """
    sampled = shown.reshape(GRID, PATCH_SIZE, GRID, PATCH_SIZE)[:, ::2, :, ::2].transpose(0, 2, 1, 3).reshape(PATCH_COUNT, 49)
    counts = np.stack([(sampled == number).sum(1) for number in range(1, len(objects) + 1)], 1)
    covered = counts.max(1) >= 8
    names = np.array([[o.shape, o.color, o.size] for o in objects])
    labels = np.full((PATCH_COUNT, 3), -1, np.int64)
    labels[covered] = names[counts.argmax(1)[covered]]
    for o, name in zip(objects, names):
        labels[(o.y // PATCH_SIZE) * GRID + o.x // PATCH_SIZE] = name
    return labels


def centre_weights(o: SceneObject) -> np.ndarray:
    """The object's centre as bilinear weights over the (up to) four patches around it, float32 [576], sum 1."""
    weights = np.zeros((GRID, GRID), np.float32)
    x, y = o.x / PATCH_SIZE - 0.5, o.y / PATCH_SIZE - 0.5
    left, top = int(np.floor(x)), int(np.floor(y))
    for row in (top, top + 1):
        for column in (left, left + 1):
            share = (1 - abs(y - row)) * (1 - abs(x - column))
            weights[min(max(row, 0), GRID - 1), min(max(column, 0), GRID - 1)] += share
    return weights.ravel()
