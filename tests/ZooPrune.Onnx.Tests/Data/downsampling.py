"""Writes downsampling.json: what PyTorch makes of a held-out picture in fewer pixels, for ZooPrune.Onnx to be compared with.

    python3 downsampling.py

The weights are the initializers of shapes-vlm's ONNX graphs; the encoder and the projector are those of training/model.py. The position
table is resized as transformers does it with interpolate_pos_encoding (F.interpolate, bicubic, not antialiased), the pixel values by
F.interpolate, bicubic and antialiased; PIL on the same values ("F" images) must agree.

A case: grid g; `positions`, `pixels` and `tokens`: values at flat indices first, first + step, ... of the table [g x g, D], of the pixel
values [3, S, S] and of the projected visual tokens [g x g, H].
"""
import json
import sys
from pathlib import Path

import numpy as np
import onnx
import torch
import torch.nn.functional as F
from onnx import numpy_helper
from PIL import Image

ROOT = Path(__file__).resolve().parents[3]
MODEL = ROOT / "models" / "shapes-vlm"
sys.path.insert(0, str(MODEL / "training"))

from model import IMAGE_MEAN, IMAGE_STD, Projector, Sizes, VisionEncoder  # noqa: E402
from scenes import GRID, PATCH_SIZE  # noqa: E402

PICTURE = "0002.png"
GRIDS = {8: (97, 397, 7), 5: (37, 97, 1), 1: (1, 7, 1)}  # steps of positions, pixels, tokens


def initializers(name):
    """Tensors of a graph by name, and weights of its Linear layers in order."""
    graph = onnx.load(MODEL / "onnx" / name).graph
    tensors = {tensor.name: torch.tensor(numpy_helper.to_array(tensor)) for tensor in graph.initializer}
    products = [tensors[node.input[1]] for node in graph.node if node.op_type == "MatMul" and node.input[1] in tensors]
    return tensors, products


def load(module, name, linears):
    """Fills a module with the weights of a graph; those of its Linear layers are transposed there."""
    tensors, products = initializers(name)
    state = module.state_dict()
    weights = dict(zip(linears, products, strict=True))
    for key in state:
        state[key] = weights[key].T if key in weights else tensors[key if key in tensors else f"encoder.{key}"]
    module.load_state_dict(state)
    return module.eval()


def pil(pixels, side):
    return np.stack([np.asarray(Image.fromarray(channel, "F").resize((side, side), Image.BICUBIC)) for channel in pixels])


def some(values, step):
    return {"step": step, "values": [round(float(value), 6) for value in values.flatten()[::step]]}


def main():
    sizes = Sizes()
    linears = [f"layers.{i}.{part}.weight" for i in range(sizes.encoder_layers) for part in ("qkv", "out", "fc1", "fc2")]
    encoder = load(VisionEncoder(sizes), "vision_encoder.onnx", linears)
    projector = load(Projector(sizes), "projector.onnx", ["fc1.weight", "fc2.weight"])
    picture = torch.tensor(np.asarray(Image.open(MODEL / "heldout" / PICTURE).convert("RGB")) / np.float32(255))
    pixels = ((picture - torch.tensor(IMAGE_MEAN)) / torch.tensor(IMAGE_STD)).permute(2, 0, 1).float()
    table = encoder.position.detach()
    cases = []
    for grid, (position_step, pixel_step, token_step) in GRIDS.items():
        side = grid * PATCH_SIZE
        small = F.interpolate(pixels[None], size=(side, side), mode="bicubic", antialias=True, align_corners=False)
        assert np.abs(small[0].numpy() - pil(pixels.numpy(), side)).max() < 2e-5
        whole = table.view(1, GRID, GRID, -1).permute(0, 3, 1, 2)
        shrunk = F.interpolate(whole, size=(grid, grid), mode="bicubic", align_corners=False)
        positions = shrunk.permute(0, 2, 3, 1).reshape(grid * grid, -1)
        encoder.position = torch.nn.Parameter(positions)
        patches = small.view(1, 3, grid, PATCH_SIZE, grid, PATCH_SIZE).permute(0, 2, 4, 1, 3, 5).reshape(1, grid * grid, -1)
        with torch.no_grad():
            tokens = projector(encoder(patches)[0])
        cases.append({
            "grid": grid,
            "positions": some(positions, position_step),
            "pixels": some(small, pixel_step),
            "tokens": some(tokens, token_step),
        })
    output = Path(__file__).with_suffix(".json")
    output.write_text(json.dumps({"image": PICTURE, "cases": cases}, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
