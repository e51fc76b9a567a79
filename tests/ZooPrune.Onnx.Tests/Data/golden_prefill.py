"""Writes golden_prefill.json: what PyTorch answers for ten held-out questions, for ZooPrune.Onnx to be compared with.

    python3 golden_prefill.py --weights ../../../models/shapes-vlm/training/run/model.pt

The numbers come from model.py's own forward pass on the checkpoint, not from the ONNX graphs. Images are PNG files, so that
pixels are the same whoever decodes them.

A case: image, question, expected answer, prompt (rendered template), input_ids (with the one <image> id where 576 visual tokens go),
pixel_values and visual_tokens and projected_tokens (sum, and values at given flat indices), logits of the last prompt position,
the greedy answer; and `pruned`: kept indices (every ninth token, chosen by nothing but counting) with the logits for positions
kept as they were ("original") and renumbered ("compact"), and the greedy answers.
"""
import argparse
import json
import sys
from pathlib import Path

import numpy as np
from PIL import Image

ROOT = Path(__file__).resolve().parents[3]
MODEL = ROOT / "models" / "shapes-vlm"
sys.path.insert(0, str(MODEL / "training"))

import torch  # noqa: E402

from export_onnx import PROMPT, load_model  # noqa: E402
from model import IMAGE_MEAN, IMAGE_STD, patchify  # noqa: E402
from questions import PREFIX_IDS, TOKEN_IDS, VOCABULARY  # noqa: E402
from scenes import PATCH_COUNT  # noqa: E402

CASES = 10
MOST_TOKENS = 8
KEPT = list(range(4, PATCH_COUNT, 9))


def samples(tensor, count=12):
    """Sum and some values of a tensor, by flat index."""
    flat = tensor.double().flatten()
    indices = np.linspace(0, len(flat) - 1, count).astype(int).tolist()
    return {"shape": list(tensor.shape), "sum": flat.sum().item(), "indices": indices, "values": [float(flat[i]) for i in indices]}


def rounded(values):
    return [float(np.float32(v)) for v in values]


def words_of(text):
    return text.lower().replace("?", " ? ").split()


def greedy(decoder, embeddings, positions):
    """Logits of the last prompt position, and the token ids chosen until <eos>; every step from scratch, without a cache."""
    first, ids = None, []
    while len(ids) < MOST_TOKENS:
        logits = decoder.logits(decoder(embeddings, positions)[:, -1])[0]
        first = logits if first is None else first
        ids.append(int(logits.argmax()))
        if ids[-1] == TOKEN_IDS["<eos>"]:
            break
        embeddings = torch.cat([embeddings, decoder.embed(torch.tensor([[ids[-1]]]))], 1)
        positions = torch.cat([positions, positions[-1:] + 1])
    return first, ids


def answer_case(decoder, projected, suffix_ids, kept, compact):
    """The prefill over kept visual tokens [K, H] and the greedy answer."""
    embeddings = torch.cat([decoder.embed(torch.tensor(PREFIX_IDS)), projected[kept], decoder.embed(torch.tensor(suffix_ids))])[None]
    start = len(PREFIX_IDS)
    after = start + PATCH_COUNT + torch.arange(len(suffix_ids))
    positions = torch.cat([torch.arange(start), start + torch.tensor(kept), after])
    if compact:
        positions = torch.arange(len(positions))
    logits, ids = greedy(decoder, embeddings, positions)
    text = " ".join(VOCABULARY[i] for i in ids if VOCABULARY[i] != "<eos>")
    return {"logits": rounded(logits.tolist()), "token_ids": ids, "answer": text}


def case(model, row):
    pixels = np.array(Image.open(MODEL / "heldout" / row["image"]).convert("RGB"))
    normalised = (torch.from_numpy(pixels).double() / 255 - torch.tensor(IMAGE_MEAN, dtype=torch.double)) / torch.tensor(IMAGE_STD, dtype=torch.double)
    tokens = model.encoder(patchify(pixels[None]))[0][0]
    projected = model.projector(tokens)
    suffix_ids = [TOKEN_IDS[w] for w in words_of(row["question"]) + ["assistant", ":"]]
    everything = answer_case(model.decoder, projected, suffix_ids, list(range(PATCH_COUNT)), compact=False)
    return {
        "image": row["image"], "question": row["question"], "kind": row["kind"], "expected": row["answer"],
        "prompt": PROMPT.replace("{question}", row["question"]),
        "input_ids": PREFIX_IDS + [TOKEN_IDS["<image>"]] + suffix_ids,
        "pixel_values": samples(normalised.permute(2, 0, 1)), "visual_tokens": samples(tokens), "projected_tokens": samples(projected),
        **everything,
        "pruned": {"kept_indices": KEPT,
                   "original": answer_case(model.decoder, projected, suffix_ids, KEPT, compact=False),
                   "compact": answer_case(model.decoder, projected, suffix_ids, KEPT, compact=True)},
    }


@torch.no_grad()
def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=Path, default=MODEL / "training" / "run" / "model.pt")
    model = load_model(parser.parse_args().weights)
    rows = [json.loads(line) for line in (MODEL / "heldout" / "questions.jsonl").read_text(encoding="utf-8").splitlines()]
    chosen, kinds = [], []
    for row in rows:        # ten different PNG files, every kind of question among them
        new_image = row["image"].endswith(".png") and all(row["image"] != c["image"] for c in chosen)
        if new_image and kinds.count(row["kind"]) <= len(chosen) // 8:
            chosen.append(row)
            kinds.append(row["kind"])
        if len(chosen) == CASES:
            break
    cases = [case(model, row) for row in chosen]
    lines = ",\n".join(json.dumps(c) for c in cases)
    about = "Written by golden_prefill.py from the PyTorch model; do not edit."
    Path(__file__).with_suffix(".json").write_text(f'{{"about": "{about}",\n"cases": [\n{lines}\n]}}\n', encoding="utf-8")
    print(f"{CASES} cases, kinds {sorted(set(kinds))}, {sum(c['answer'] == c['expected'] for c in cases)} right")


if __name__ == "__main__":
    main()
