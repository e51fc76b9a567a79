"""Writes images/ and images.json: small pictures of every kind that matters, and what Pillow makes of them.

    python3 images.py

decode: file -> pixels as Pillow's convert("RGB") gives them (hex, row-major). preprocess: file -> resize of the shortest edge, centre
crop (sizes as Hugging Face's CLIP processor rounds them), pixels before scaling, again by Pillow, as sums and samples.
"""
import io
import json
import struct
import zlib
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

HERE = Path(__file__).resolve().parent
FOLDER = HERE / "images"


def gradient(width, height):
    """A smooth picture with a few hard edges; no randomness."""
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    red = x * 255 // max(1, width - 1)
    green = y * 255 // max(1, height - 1)
    blue = ((x // 5 + y // 7) % 2) * 180 + 20
    return np.stack([red, green, blue], -1).astype(np.uint8)


def png(width, height, depth, kind, raw, interlace=0):
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, interlace)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b"")


def write_decode_cases():
    picture = gradient(17, 11)
    rgb = Image.fromarray(picture)
    rgb.save(FOLDER / "rgb.png")
    rgb.convert("L").save(FOLDER / "grey.png")
    rgb.convert("1").save(FOLDER / "bilevel.png")
    rgb.quantize(16).save(FOLDER / "palette.png")
    rgb.quantize(16).save(FOLDER / "palette_transparent.png", transparency=3)
    alpha = (np.arange(17 * 11).reshape(11, 17, 1) * 7 % 256).astype(np.uint8)
    rgba = Image.fromarray(np.concatenate([picture, alpha], -1))
    rgba.save(FOLDER / "alpha.png")
    rgba.convert("LA").save(FOLDER / "grey_alpha.png")
    rows = b"".join(b"\0" + (row.astype(">u2") * 257).tobytes() for row in picture)
    (FOLDER / "sixteen_bit.png").write_bytes(png(17, 11, 16, 2, rows))
    rgb.save(FOLDER / "full_chroma.jpg", quality=92, subsampling=0)
    rgb.save(FOLDER / "progressive.jpg", quality=92, subsampling=0, progressive=True)
    rgb.convert("L").save(FOLDER / "grey.jpg", quality=92)
    exif = Image.Exif()
    exif[0x0112] = 6
    rgb.save(FOLDER / "turned.jpg", quality=92, subsampling=0, exif=exif)
    rgb.convert("CMYK").save(FOLDER / "cmyk.jpg", quality=92)
    smooth = np.stack(np.meshgrid(np.arange(32) * 7, np.arange(32) * 5), -1)
    smooth = np.concatenate([smooth, smooth[..., :1] // 2], -1).astype(np.uint8)
    Image.fromarray(smooth).save(FOLDER / "half_chroma.jpg", quality=92, subsampling=2)
    write_more_png(picture, alpha)
    write_more_jpeg()
    cases = {}
    for path in sorted(FOLDER.glob("*")):
        if path.name != "cmyk.jpg" and not path.name.startswith("size_"):
            image = Image.open(path)
            cases[path.name] = {"width": image.width, "height": image.height, "rgb": image.convert("RGB").tobytes().hex()}
    return cases


def write_more_png(picture, alpha):
    """Depths that Pillow does not write: 16 bits with alpha and grey, 2 and 4 bits, a transparent colour, interlacing."""
    grey = picture.mean(-1).astype(np.uint8)
    wide = (np.concatenate([picture, alpha], -1).astype(">u2") * 256 + 99).astype(">u2")
    (FOLDER / "sixteen_bit_alpha.png").write_bytes(png(17, 11, 16, 6, b"".join(b"\0" + row.tobytes() for row in wide)))
    both = (np.stack([grey, alpha[..., 0]], -1).astype(">u2") * 256 + 200).astype(">u2")
    (FOLDER / "sixteen_bit_grey_alpha.png").write_bytes(png(17, 11, 16, 4, b"".join(b"\0" + row.tobytes() for row in both)))
    pairs = [np.packbits(np.unpackbits((row >> 6).reshape(-1, 1), axis=1)[:, 6:].reshape(-1)) for row in grey]
    (FOLDER / "two_bit_grey.png").write_bytes(png(17, 11, 2, 0, b"".join(b"\0" + row.tobytes() for row in pairs)))
    Image.fromarray(picture).quantize(5).save(FOLDER / "palette_4.png", bits=4)
    Image.fromarray(picture).save(FOLDER / "transparent_color.png", transparency=(20, 20, 20))


def write_more_jpeg():
    """Every way to halve the colours, sizes that fill no block, restart markers, narrow planes; noise, so that filters show."""
    noise = np.random.RandomState(5).randint(0, 256, (40, 40, 3)).astype(np.uint8)
    smooth = gradient(40, 40)
    rough = Image.fromarray((noise // 4 + smooth // 4 * 3).astype(np.uint8))
    for name, size, options in [
        ("jpeg_420_37x29", (37, 29), {"subsampling": 2}),
        ("jpeg_422_37x29", (37, 29), {"subsampling": 1}),
        ("jpeg_420_progressive_33x40", (33, 40), {"subsampling": 2, "progressive": True}),
        ("jpeg_422_progressive_16x17", (16, 17), {"subsampling": 1, "progressive": True}),
        ("jpeg_420_1x1", (1, 1), {"subsampling": 2}),
        ("jpeg_420_4x3", (4, 3), {"subsampling": 2}),
        ("jpeg_422_5x2", (5, 2), {"subsampling": 1}),
        ("jpeg_420_optimized_40x40", (40, 40), {"subsampling": 2, "optimize": True, "quality": 30}),
        ("jpeg_coarse_40x40", (40, 40), {"subsampling": 0, "quality": 3}),
    ]:
        rough.crop((0, 0, *size)).save(FOLDER / f"{name}.jpg", **{"quality": 90, **options})
    rough.convert("L").crop((0, 0, 37, 29)).save(FOLDER / "jpeg_grey_progressive_37x29.jpg", quality=90, progressive=True)


def turned_cases():
    """turned.jpg with each orientation, turned by Pillow: [width, height, pixels]."""
    file = (FOLDER / "turned.jpg").read_bytes()
    place = file.index(b"\x01\x12\x00\x03") + 9
    cases = []
    for orientation in range(1, 9):
        image = ImageOps.exif_transpose(Image.open(io.BytesIO(file[:place] + bytes([orientation]) + file[place + 1:])))
        cases.append({"place": place, "width": image.width, "height": image.height, "rgb": image.tobytes().hex()})
    return cases


def write_preprocess_cases():
    cases = {}
    for width, height, edge in [(90, 60, 28), (60, 90, 28), (13, 200, 28), (28, 28, 28), (20, 16, 28), (257, 129, 56), (1, 1, 28), (3, 2, 28)]:
        name = f"size_{width}x{height}.png"
        Image.fromarray(gradient(width, height)).save(FOLDER / name)
        short, long = sorted((width, height))
        longer = int(edge * long / short)
        resized_width, resized_height = (edge, longer) if width <= height else (longer, edge)
        resized = Image.open(FOLDER / name).convert("RGB").resize((resized_width, resized_height), Image.Resampling.BICUBIC)
        top, left = (resized_height - edge) // 2, (resized_width - edge) // 2
        pixels = np.asarray(resized.crop((left, top, left + edge, top + edge)))
        cases[name] = {"edge": edge, "rgb": pixels.tobytes().hex()}
    return cases


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    data = {"about": "Written by images.py with Pillow; do not edit.", "decode": write_decode_cases(), "preprocess": write_preprocess_cases(), "turned": turned_cases()}
    (HERE / "images.json").write_text(json.dumps(data, indent=0) + "\n")
