"""Writes the table that UnicodeTables reads: normalization forms, marks and punctuation of the old Unicode versions that Hugging Face tokenizers has.

    python eng/unicode_normalization.py DerivedAge.txt > src/ZooPrune.Text/Tokenization/Unicode/UnicodeNormalization.txt

DerivedAge.txt says since when a character is one (package unicode-data of Debian). Its crates never got newer tables: unicode-normalization-alignments
has Unicode 9, unicode_categories has Unicode 8. What a character decomposes into never changes; of categories, those that did are named below.
"""
import sys
import unicodedata

NORMALIZATION = 9.0
PUNCTUATION = 8.0
MARKS_THEN = [0x1CF2, 0x1CF3]
PUNCTUATION_THEN = [0x166D, 0x111C9]

since = {}
for line in open(sys.argv[1], encoding="utf-8"):
    fields = line.split("#")[0].split(";")
    if len(fields) == 2:
        first, _, last = fields[0].strip().partition("..")
        for code in range(int(first, 16), int(last or first, 16) + 1):
            since[code] = float(fields[1])


def old(version):
    return [code for code in sorted(since) if since[code] <= version and not 0xD800 <= code < 0xE000]


def write_ranges(codes, value_of, sign):
    """One line for neighbours of one value; nothing for what has none."""
    values = {code: value for code in codes if (value := value_of(code))}
    start = None
    for code in sorted(values):
        start = code if start is None else start
        if values.get(code + 1) != values[code]:
            print(f"{start:X}-{code:X} {sign}" + ("" if values[code] is True else f" {values[code]}"))
            start = None


print(f"# Unicode {NORMALIZATION}, punctuation of Unicode {PUNCTUATION}, written by eng/unicode_normalization.py. One fact a line, code points in hexadecimal:")
print("# FIRST-LAST @ CLASS   combining class")
print("# FIRST-LAST M         marks; FIRST-LAST P: punctuation")
print("# CODE = PARTS         canonical decomposition, one step, which composes again; CODE ! PARTS: which does not")
print("# CODE ~ PARTS         compatibility decomposition, one step")

codes = old(NORMALIZATION)
write_ranges(codes, lambda code: unicodedata.combining(chr(code)), "@")
write_ranges(codes, lambda code: code in MARKS_THEN or (unicodedata.category(chr(code))[0] == "M" and code not in PUNCTUATION_THEN), "M")
write_ranges(old(PUNCTUATION), lambda code: unicodedata.category(chr(code))[0] == "P" or code in PUNCTUATION_THEN, "P")
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
