"""Golden cases for ZooPrune.Kernels, in numpy float64, written from the formulas of the papers and independent of the C# code.

    python3 golden_selection.py            # writes golden_selection.json beside itself

Inputs are not stored: both languages make them from the counter generator below. `firm` says how many picks, from the first on,
were decided by more than MARGIN; a float32 implementation must agree on these. Needs numpy only.
"""
import json
import math
import os

import numpy as np

MARGIN = 1e-5
MASK = (1 << 64) - 1
METHODS = ("zooprune", "zooprune_sampled", "divprune", "sensitivity", "norm")


def uniform(seed, count):
    """float32 multiples of 2^-23 in [-1, 1): the top 24 bits of a SplitMix64 hash of (seed << 32) + index."""
    state = (np.arange(count, dtype=np.uint64) + np.uint64((seed << 32) & MASK)) * np.uint64(0x9E3779B97F4A7C15)
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    state = state ^ (state >> np.uint64(31))
    return ((state >> np.uint64(40)).astype(np.float64) / (1 << 23) - 1).astype(np.float32)


def hashed(value):
    """The SplitMix64 finaliser on a Python integer."""
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & MASK
    return value ^ (value >> 31)


def gaussian_direction(seed, direction, width):
    """A direction as DirectionBank documents it: a hash for each element, Box-Muller, float32, divided by its length."""
    increment = 0x9E3779B97F4A7C15
    stream = hashed(hashed((seed & 0xFFFFFFFF) + increment & MASK) ^ direction)
    row = []
    for element in range(width):
        bits = hashed(stream + increment * (element + 1) & MASK)
        radius, turn = ((bits >> 32) + 0.5) / 2 ** 32, (bits & 0xFFFFFFFF) / 2 ** 32
        row.append(float(np.float32(math.sqrt(-2 * math.log(radius)) * math.cos(2 * math.pi * turn))))
    length = math.sqrt(sum(v * v for v in row))
    return [v / length for v in row]


def power_of_two(value):
    return float(2.0 ** round(math.log2(value)))


def make_inputs(case):
    """Tokens in a few clusters of different strength; every operation is exact or a single float32 addition."""
    n, d, h1, h, seed = case["tokens"], case["inputWidth"], case["hiddenWidth"], case["outputWidth"], case["seed"]
    clusters = uniform(10 * seed, 7 * d).reshape(7, d)
    noise = uniform(10 * seed + 1, n * d).reshape(n, d)
    strength = np.float32(2.0) ** -(np.arange(n) % 3).astype(np.float32)
    x = (clusters[np.arange(n) % 7] + noise * np.float32(0.5)) * strength[:, None]
    w1 = uniform(10 * seed + 2, h1 * d).reshape(h1, d) * np.float32(power_of_two(2 / math.sqrt(d)))
    b1 = uniform(10 * seed + 3, h1) * np.float32(0.5)
    w2 = uniform(10 * seed + 4, h * h1).reshape(h, h1) * np.float32(power_of_two(2 / math.sqrt(h1)))
    b2 = uniform(10 * seed + 5, h) * np.float32(0.125)
    u = uniform(10 * seed + 6, case["directions"] * d).reshape(-1, d)
    return [a.astype(np.float64) for a in (x, w1, b1, w2, b2, u)]


ERF = np.vectorize(math.erf)


def area(a):
    return 0.5 * (1 + ERF(a / math.sqrt(2)))


def gelu(a):
    return a * area(a)


def gelu_slope(a):
    return area(a) + a * np.exp(-a * a / 2) / math.sqrt(2 * math.pi)


def closed_form(x, w1, b1, w2):
    slopes = gelu_slope(x @ w1.T + b1)
    form = (w2.T @ w2) * (w1 @ w1.T)
    return np.sqrt(np.einsum("ni,ij,nj->n", slopes, form, slopes) / x.shape[1])


def sampled(x, project, directions, step):
    unit = directions / np.sqrt((directions ** 2).sum(1, keepdims=True))
    total = np.zeros(len(x))
    for u in unit:
        total += np.sqrt((((project(x + step * u) - project(x - step * u)) / (2 * step)) ** 2).sum(1))
    return total / len(unit)


def cosines(z, centering):
    z = z - centering * z.mean(0)
    length = np.sqrt((z ** 2).sum(1, keepdims=True))
    z = np.divide(z, length, out=np.zeros_like(z), where=length > 0)
    return z @ z.T


def best(scores, allowed):
    """The index of the largest allowed score, lowest index first, and how far it is ahead of the next."""
    masked = np.where(allowed, scores, -np.inf)
    index = int(np.argmax(masked))
    rest = np.delete(masked, index)
    gap = masked[index] - rest.max() if np.isfinite(rest).any() else np.inf
    return index, gap


def greedy(weights, similarity, keep, first, first_gap):
    n = len(weights)
    allowed = np.ones(n, bool)
    picked, gaps = [first], [first_gap]
    allowed[first] = False
    while len(picked) < keep:
        nearest = similarity[:, picked].max(1)
        index, gap = best(weights * (1 - nearest), allowed)
        picked.append(index)
        gaps.append(gap)
        allowed[index] = False
    return picked, gaps


def zooprune(s, z, keep, centering, sharpness):
    if s.max() == s.min():
        weights = np.ones(len(s))
    elif sharpness is None:
        weights = (s - s.min()) / (s.max() - s.min() + 1e-8)
    else:
        weights = (s / s.max()) ** sharpness
    first, gap = best(weights, np.ones(len(s), bool))
    return greedy(weights, cosines(z, centering), keep, first, gap)


def divprune(z, keep, centering):
    similarity = cosines(z, centering)
    second_smallest = np.sort(1 - similarity + np.diag(np.full(len(z), -9.0)), axis=1)[:, 1] if len(z) > 1 else np.zeros(1)
    first, gap = best(second_smallest, np.ones(len(z), bool))
    return greedy(np.ones(len(z)), similarity, keep, first, gap)


def top(scores, keep):
    order = np.argsort(-scores, kind="stable")
    ahead = -np.diff(np.append(scores[order], -np.inf)) / scores.max()
    return order[:keep].tolist(), ahead[:keep].tolist()


def shares(lengths, masses, keep):
    """Even shares; a tile that cannot fill its share keeps all; the remainder goes to the largest masses."""
    share = [0] * len(lengths)
    open_tiles = list(range(len(lengths)))
    while keep and open_tiles:
        each = keep // len(open_tiles)
        full = [t for t in open_tiles if lengths[t] <= each]
        if not full:
            by_mass = sorted(open_tiles, key=lambda t: (-masses[t], t))
            for rank, t in enumerate(by_mass):
                share[t] = each + (rank < keep - each * len(open_tiles))
            break
        share[full[0]] = lengths[full[0]]
        keep -= lengths[full[0]]
        open_tiles.remove(full[0])
    return share


def select(method, case, s, s_sampled, z):
    tiles, keep = case["tiles"], case["keep"]
    centering, sharpness = case["centering"], case["sharpness"]
    if method == "divprune":
        tiles = [len(z)]
    starts = np.concatenate([[0], np.cumsum(tiles)])
    score = {"zooprune": s, "zooprune_sampled": s_sampled, "sensitivity": s, "norm": np.sqrt((z ** 2).sum(1))}.get(method)
    masses = [0.0 if score is None else float(score[a:b].sum()) for a, b in zip(starts, starts[1:])]
    order, firm = [], []
    for a, b, count in zip(starts, starts[1:], shares(tiles, masses, keep)):
        if count == 0:
            firm.append(0)
            continue
        if method in ("zooprune", "zooprune_sampled"):
            picked, gaps = zooprune(score[a:b], z[a:b], count, centering, sharpness)
        elif method == "divprune":
            picked, gaps = divprune(z[a:b], count, centering)
        else:
            picked, gaps = top(score[a:b], count)
        weak = [i for i, gap in enumerate(gaps) if gap <= MARGIN]
        firm.append(weak[0] if weak else count)
        order += [int(a) + i for i in picked]
    return {"order": order, "firm": firm, "tiles": [int(t) for t in tiles], "kept": sorted(order)}


def shape(n, d, h1, h, keep, seed, centering=0.0, sharpness=None, tiles=None, directions=8, step=0.01):
    return {"tokens": n, "inputWidth": d, "hiddenWidth": h1, "outputWidth": h, "keep": keep, "seed": seed, "centering": centering,
            "sharpness": sharpness, "tiles": tiles or [n], "directions": directions, "stepSize": step}


CASES = [
    shape(1, 4, 4, 4, 1, 1), shape(2, 3, 5, 4, 1, 2), shape(5, 8, 8, 8, 3, 3), shape(9, 7, 11, 5, 9, 4), shape(16, 16, 16, 16, 4, 5),
    shape(25, 12, 20, 17, 10, 6), shape(36, 32, 48, 24, 12, 7), shape(36, 32, 48, 24, 12, 8, centering=1.0),
    shape(49, 33, 65, 31, 20, 9, sharpness=2.0), shape(49, 33, 65, 31, 20, 10, sharpness=0.5, centering=0.5),
    shape(64, 64, 96, 64, 16, 11), shape(64, 64, 96, 64, 16, 12, sharpness=0.0), shape(81, 24, 96, 48, 27, 13, centering=0.9, sharpness=1.5),
    shape(100, 40, 60, 80, 11, 14, step=0.1), shape(100, 40, 60, 80, 25, 15, directions=1), shape(121, 17, 33, 9, 60, 16),
    shape(144, 128, 128, 128, 24, 17, directions=16), shape(144, 128, 128, 128, 48, 18, centering=1.0),
    shape(196, 48, 192, 96, 49, 19), shape(256, 96, 96, 160, 64, 20, centering=0.25),
    shape(60, 16, 24, 20, 20, 21, tiles=[20, 20, 20]), shape(75, 16, 24, 20, 23, 22, tiles=[25, 25, 25]),
    shape(70, 16, 24, 20, 31, 23, tiles=[30, 4, 36]), shape(90, 20, 40, 30, 17, 24, tiles=[18, 18, 18, 18, 18], centering=1.0),
    shape(40, 16, 24, 20, 2, 25, tiles=[10, 10, 20]), shape(33, 16, 24, 20, 33, 26, tiles=[11, 1, 21]),
    shape(576, 96, 128, 128, 64, 27), shape(576, 96, 128, 128, 192, 28, centering=0.9, sharpness=1.0),
]


def significant(values):
    return [float("%.9g" % v) for v in values]


def main():
    results = []
    for case in CASES:
        x, w1, b1, w2, b2, u = make_inputs(case)

        def project(t):
            return gelu(t @ w1.T + b1) @ w2.T + b2

        z = project(x)
        s = closed_form(x, w1, b1, w2)
        s_sampled = sampled(x, project, u, case["stepSize"])
        results.append({
            **case,
            "projectedNorms": significant(np.sqrt((z ** 2).sum(1))),
            "closedForm": significant(s),
            "sampled": significant(s_sampled),
            "selections": {method: select(method, case, s, s_sampled, z) for method in METHODS},
        })
    firm = sum(sum(sel["firm"]) for r in results for sel in r["selections"].values())
    total = sum(len(sel["order"]) for r in results for sel in r["selections"].values())
    print(f"{len(results)} cases, {firm} of {total} picks firm")
    deviates = [normal(x) for x in (-8.0, -5.0, -3.0, -1.0, -0.1, 0.0, 0.1, 1.0, 3.0, 5.0, 8.0)]
    directions = [{"seed": seed, "direction": j, "values": significant(gaussian_direction(seed, j, 6))}
                  for seed, j in ((0, 0), (0, 1), (1, 0), (7, 63), (-1, 5))]
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "golden_selection.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"margin": MARGIN, "normal": deviates, "directions": directions, "cases": results}, file, separators=(",", ":"))
        file.write("\n")


def normal(x):
    return {"x": x, "area": 0.5 * math.erfc(-x / math.sqrt(2)), "slope": 0.5 * math.erfc(-x / math.sqrt(2))
            + x * math.exp(-x * x / 2) / math.sqrt(2 * math.pi)}


if __name__ == "__main__":
    main()
