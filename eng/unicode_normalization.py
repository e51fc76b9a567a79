"""Writes the table that UnicodeNormalizer reads (NFC, NFD, NFKC, NFKD), from Python's copy of the Unicode character database.

    python eng/unicode_normalization.py > src/ZooPrune.Text/Tokenization/Unicode/UnicodeNormalization.txt
"""
import sys
import unicodedata

print(f"# Unicode {unicodedata.unidata_version}, written by eng/unicode_normalization.py. One fact a line, code points in hexadecimal:")
print("# FIRST-LAST @ CLASS   combining class")
print("# CODE = PARTS         canonical decomposition, one step, which composes again; CODE ! PARTS: which does not")
print("# CODE ~ PARTS         compatibility decomposition, one step")

codes = [code for code in range(0x110000) if not 0xD800 <= code < 0xE000]
classes = [(code, unicodedata.combining(chr(code))) for code in codes]
start = None
for (code, value), (_, following) in zip(classes, classes[1:] + [(0, 0)]):
    start = code if start is None else start
    if value != following:
        if value:
            print(f"{start:X}-{code:X} @ {value}")
        start = None

for code in codes:
    parts = unicodedata.decomposition(chr(code)).split()
    if not parts:
        continue
    if parts[0].startswith("<"):
        sign, parts = "~", parts[1:]
    else:
        sign = "=" if unicodedata.normalize("NFC", chr(code)) == chr(code) else "!"
    print(f"{code:X} {sign} {' '.join(f'{int(part, 16):X}' for part in parts)}")
sys.stdout.flush()
