"""Writes golden_projectors.json: Z and S of projectors with every GELU and norm, from torch in double precision.

S = ||J||_F / sqrt(D), J the Jacobian that torch's automatic differentiation gives: no formula of ZooPrune's is used. Weights and
tokens are made from a hash, as TestData.cs makes them. Run: python3 golden_projectors.py
"""
import json
import math
import pathlib

import torch

MASK = (1 << 64) - 1


def uniform(seed, count, scale=1.0):
    values = []
    for i in range(count):
        state = ((seed << 32) + i) * 0x9E3779B97F4A7C15 & MASK
        state = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9 & MASK
        state = (state ^ (state >> 27)) * 0x94D049BB133111EB & MASK
        state ^= state >> 31
        values.append(((state >> 40) / (1 << 23) - 1) * scale)
    return torch.tensor(values, dtype=torch.float64)


def gelu(kind, x):
    if kind == "Quick":
        return x * torch.sigmoid(1.702 * x)
    return torch.nn.functional.gelu(x, approximate="tanh" if kind == "Tanh" else "none")


def norm(case, x):
    if case["norm"] == "RootMeanSquare":
        return x / torch.sqrt((x * x).mean(-1, keepdim=True) + case["epsilon"]) * case["w"]
    return torch.nn.functional.layer_norm(x, x.shape[-1:], case["w"], case["b"], case["epsilon"])


def project(case, x):
    if case["norm"] != "None":
        x = norm(case, x.reshape(case["patches"], -1)).reshape(-1)
    return case["w2"] @ gelu(case["gelu"], case["w1"] @ x + case["b1"]) + case["b2"]


def main():
    shapes = [("None", 1, 9, 13, 7), ("RootMeanSquare", 4, 6, 17, 11), ("Layer", 4, 5, 12, 9), ("RootMeanSquare", 1, 8, 9, 4)]
    results = []
    for index, (norm_name, patches, width, hidden, output) in enumerate(shapes):
        for kind in ("Exact", "Tanh", "Quick"):
            seed = 10 * len(results)
            d = patches * width
            # torch's Python numbers are double; float32 epsilons and scales are powers of two, so that C# has the same.
            case = {
                "norm": norm_name, "gelu": kind, "patches": patches, "epsilon": 2.0 ** -10,
                "w1": uniform(seed + 2, hidden * d, 0.5).reshape(hidden, d), "b1": uniform(seed + 3, hidden, 0.5),
                "w2": uniform(seed + 4, output * hidden, 0.5).reshape(output, hidden), "b2": uniform(seed + 5, output, 0.125),
                "w": 1 + uniform(seed + 6, width, 0.5), "b": uniform(seed + 7, width, 0.25),
            }
            tokens = uniform(seed + 8, 5 * d, 2.0).reshape(5, d)
            z = [project(case, x).tolist() for x in tokens]
            s = [
                (torch.autograd.functional.jacobian(lambda x: project(case, x), x).norm() / math.sqrt(d)).item()
                for x in tokens
            ]
            results.append({
                "Norm": norm_name, "Gelu": kind, "Patches": patches, "PatchWidth": width, "HiddenWidth": hidden,
                "OutputWidth": output, "Epsilon": case["epsilon"], "Seed": seed, "Tokens": 5,
                "Projected": [value for row in z for value in row], "Sensitivity": s,
            })
    path = pathlib.Path(__file__).with_name("golden_projectors.json")
    path.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
