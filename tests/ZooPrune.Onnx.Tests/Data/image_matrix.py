"""Writes images/matrix/ and image_matrix.json: small pictures of every mode that Pillow writes, and what Pillow makes of them.

    python3 image_matrix.py

file -> width, height, SHA-256 of convert("RGB") and the same after ImageOps.exif_transpose, with the first pixels of both to look at.
images/refused/ holds files that are not decoded; images/field/ holds pictures that came from outside: they are listed, not written.
"""
import hashlib
import io
import json
import struct
import zlib
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

HERE = Path(__file__).resolve().parent
FOLDER = HERE / "images" / "matrix"
WIDTH, HEIGHT = 45, 37
PASSES = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def photo():
    x, y = np.meshgrid(np.arange(WIDTH), np.arange(HEIGHT))
    red = x * 255 // (WIDTH - 1)
    green = y * 255 // (HEIGHT - 1)
    blue = ((x // 5 + y // 7) % 2) * 180 + 20
    return np.stack([red, green, blue], -1).astype(np.uint8)


def pack(rows, bits):
    """[height, width, channels] -> PNG rows with filter 0."""
    out = b""
    for row in rows:
        values = row.reshape(-1)
        if bits == 16:
            data = values.astype(">u2").tobytes()
        elif bits == 8:
            data = values.astype(np.uint8).tobytes()
        else:
            data = np.packbits(np.unpackbits(values.astype(np.uint8).reshape(-1, 1), axis=1)[:, 8 - bits:].reshape(-1)).tobytes()
        out += b"\0" + data
    return out


def png(array, bits, kind, interlaced, chunks=()):
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    if interlaced:
        parts = [array[top::down, left::across] for left, top, across, down in PASSES]
        raw = b"".join(pack(part, bits) for part in parts if part.size)
    else:
        raw = pack(array, bits)
    header = struct.pack(">IIBBBBB", array.shape[1], array.shape[0], bits, kind, 0, 0, int(interlaced))
    middle = b"".join(chunk(name, data) for name, data in chunks)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + middle + chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b"")


def write_png(rgb, alpha):
    grey = rgb.mean(-1).astype(np.uint8)[..., None]
    palette = bytes(v for i in range(256) for v in (i, 255 - i, i * 7 % 256))
    for interlaced in (False, True):
        suffix = "_interlaced.png" if interlaced else ".png"

        def save(name, *arguments, chunks=()):
            (FOLDER / f"png_{name}{suffix}").write_bytes(png(*arguments, interlaced, chunks))

        for bits in (1, 2, 4, 8):
            save(f"grey{bits}", grey >> (8 - bits), bits, 0)
            save(f"palette{bits}", grey >> (8 - bits), bits, 3, chunks=[(b"PLTE", palette[:3 << bits])])
        save("palette_alpha", grey, 8, 3, chunks=[(b"PLTE", palette), (b"tRNS", bytes(range(200)))])
        save("rgb8", rgb, 8, 2)
        save("rgb16", rgb.astype(int) * 257, 16, 2)
        save("rgba8", np.concatenate([rgb, alpha], -1), 8, 6)
        save("grey_alpha8", np.concatenate([grey, alpha], -1), 8, 4)
        save("rgb_key", rgb, 8, 2, chunks=[(b"tRNS", struct.pack(">HHH", *(int(v) for v in rgb[3, 4])))])
    gamma = [(b"gAMA", struct.pack(">I", 100000)), (b"sRGB", b"\0")]
    (FOLDER / "png_gamma.png").write_bytes(png(rgb, 8, 2, False, gamma[:1]))


def exif(orientation):
    data = Image.Exif()
    data[0x0112] = orientation
    return data


def write_jpeg(rgb):
    image = Image.fromarray(rgb)
    for progressive in (False, True):
        kind = "progressive" if progressive else "baseline"
        for subsampling, name in ((0, "444"), (1, "422"), (2, "420")):
            image.save(FOLDER / f"jpeg_{kind}_{name}.jpg", quality=85, subsampling=subsampling, progressive=progressive)
        image.convert("L").save(FOLDER / f"jpeg_{kind}_grey.jpg", quality=85, progressive=progressive)
        image.convert("CMYK").save(FOLDER / f"jpeg_{kind}_cmyk.jpg", quality=85, progressive=progressive)
    for orientation in range(1, 9):
        image.save(FOLDER / f"turned_{orientation}.jpg", quality=85, exif=exif(orientation))
    image.save(FOLDER / "turned_8.png", exif=exif(8))
    image.save(FOLDER / "turned_5.webp", quality=80, exif=exif(5))
    # As a 32-bit number, in the other byte order.
    long = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x04\0\0\0\x01\0\0\0\x06\0\0\0\0"
    image.save(FOLDER / "turned_32_bits.jpg", quality=85, exif=b"Exif\0\0" + long)
    (FOLDER / "turned_32_bits.png").write_bytes(png(rgb, 8, 2, False, [(b"eXIf", long)]))


def write_others(rgb, alpha):
    image = Image.fromarray(rgb)
    both = Image.fromarray(np.concatenate([rgb, alpha], -1))
    image.save(FOLDER / "webp_lossy.webp", quality=80)
    image.save(FOLDER / "webp_lossless.webp", lossless=True)
    both.save(FOLDER / "webp_alpha.webp", quality=80)
    both.save(FOLDER / "webp_alpha_lossless.webp", lossless=True, exact=True)
    image.save(FOLDER / "webp_animated.webp", save_all=True, append_images=[image.transpose(0)], lossless=True)
    for name, other in (("rgb", image), ("grey", image.convert("L")), ("palette", image.quantize(16)), ("bilevel", image.convert("1")), ("rgba", both)):
        other.save(FOLDER / f"bmp_{name}.bmp")
    palette = image.quantize(32)
    palette.save(FOLDER / "gif.gif", interlace=0)
    palette.save(FOLDER / "gif_interlaced.gif", interlace=1)
    palette.save(FOLDER / "gif_transparent.gif", transparency=3)
    palette.save(FOLDER / "gif_animated.gif", save_all=True, append_images=[image.transpose(0).quantize(32)], transparency=5)
    image.convert("L").save(FOLDER / "gif_grey.gif")
    # A frame that does not fill the screen: its descriptor moves, the screen grows.
    small = (FOLDER / "gif_transparent.gif").read_bytes()
    at = small.index(b"\x2c\0\0\0\0" + struct.pack("<HH", WIDTH, HEIGHT))
    screen = small[:6] + struct.pack("<HH", WIDTH + 9, HEIGHT + 6) + small[10:at + 1] + struct.pack("<HH", 4, 5) + small[at + 5:]
    (FOLDER / "gif_small_frame.gif").write_bytes(screen)


def write_refused(rgb):
    """Not decoded: what the header says is wrong, too large, or of another meaning to Pillow."""
    folder = FOLDER.parent / "refused"
    folder.mkdir(exist_ok=True)
    grey = rgb.mean(-1).astype(int)[..., None] * 257
    (folder / "grey16.png").write_bytes(png(grey, 16, 0, False))
    whole = png(rgb, 8, 2, False)

    def resized(width, height):
        header = b"IHDR" + struct.pack(">II", width, height) + whole[24:29]
        return whole[:12] + header + struct.pack(">I", zlib.crc32(header)) + whole[33:]

    (folder / "bomb.png").write_bytes(resized(20_000, 20_000))
    (folder / "no_width.png").write_bytes(resized(0, HEIGHT))
    (folder / "too_few_rows.png").write_bytes(resized(WIDTH, HEIGHT + 1))
    broken = bytearray(whole)
    broken[whole.index(b"IDAT") + 4] ^= 0xFF
    (folder / "broken_pixels.png").write_bytes(broken)


def digest(image):
    data = image.convert("RGB").tobytes()
    return {"width": image.width, "height": image.height, "sha256": hashlib.sha256(data).hexdigest(), "first": data[:12].hex()}


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.glob("*"):
        old.unlink()
    rgb = photo()
    alpha = (np.arange(HEIGHT * WIDTH).reshape(HEIGHT, WIDTH, 1) * 7 % 256).astype(np.uint8)
    write_png(rgb, alpha)
    write_jpeg(rgb)
    write_others(rgb, alpha)
    write_refused(rgb)
    cases = {}
    field = [path for path in [FOLDER.parent / "cmyk.jpg"] + sorted(FOLDER.parent.glob("field/*")) if path.name != "many-scans-16M.jpg"]
    for path in field + sorted(FOLDER.glob("*")):
        data = path.read_bytes()
        case = digest(Image.open(io.BytesIO(data)))
        turned = digest(ImageOps.exif_transpose(Image.open(io.BytesIO(data))))
        if turned != case:
            case["turned"] = turned
        cases[path.relative_to(FOLDER.parent).as_posix()] = case
    text = json.dumps({"about": "Written by image_matrix.py with Pillow; do not edit.", "images": cases}, indent=0)
    (HERE / "image_matrix.json").write_text(text + "\n")
    print(len(cases), "images,", sum(path.stat().st_size for path in FOLDER.glob("*")), "bytes in matrix/")


main()
