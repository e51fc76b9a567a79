"""Everything that follows from new weights, in one command: ONNX graphs and JSON files, golden data of the C# tests, README's results.

    python3 ship.py --run run
"""
import argparse
import hashlib
import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import torch

from evaluate import right_answers, shares
from export_onnx import export_graphs, load_model, write_json_files
from questions import KINDS
from train import STAGES, weights_digest

MARK = "<!-- From here on written by ship.py. -->"
HERE = Path(__file__).resolve().parent
FOLDER = HERE.parent
GOLDEN = FOLDER.parents[1] / "tests" / "ZooPrune.Onnx.Tests" / "Data" / "golden_prefill.py"


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def last_line(run, stage):
    return (run / f"stage{stage.name}.log").read_text(encoding="utf-8").splitlines()[-1]


def results(run, weights, accuracy):
    """The last section of README.md."""
    state = torch.load(weights, map_location="cpu", weights_only=False)["model"]
    minutes = [float(last_line(run, stage).split(" min ")[0].split()[-1]) for stage in STAGES]
    lines = [
        MARK, "## The run that ships", "",
        f"Figures of {date.today()}.", "",
        f"- weights: {sum(v.numel() for v in state.values()):,} parameters, SHA-256 `{weights_digest(state)}` (names and float32 values in order)",
        f"- steps: {', '.join(f'{s.steps} (stage {s.name})' for s in STAGES)}; minutes: {', '.join(f'{m:.1f}' for m in minutes)}; {sum(minutes):.0f} in all",
        "- sittings (each start of train.py):", "", "```",
        *(run / "sittings.log").read_text(encoding="utf-8").splitlines(), "```", "",
        "### Held-out questions, all 576 visual tokens, PyTorch", "",
        "| | right | of |", "| --- | --- | --- |",
        *(f"| {name} | {100 * accuracy[name][0]:.2f} % | {accuracy[name][1]} |" for name in ("all", *KINDS, "png", "jpg")), "",
        "### Last line of each stage's log", "",
        "Running means (memory 0.97). `load` is the machine's: other programs ran beside the training.", "", "```",
        *(last_line(run, stage) for stage in STAGES), "```", "",
        "### SHA-256 of files", "",
        "| file | SHA-256 |", "| --- | --- |",
        *(f"| onnx/{path.name} | `{sha256(path)}` |" for path in sorted((FOLDER / "onnx").glob("*.onnx"))),
        *(f"| training/{path.name} | `{sha256(path)}` |" for path in sorted(HERE.glob("*.py"))),
    ]
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", type=Path, default=HERE / "run")
    run = parser.parse_args().run.resolve()
    weights = run / "model.pt"
    model = load_model(weights)
    export_graphs(model, FOLDER)
    write_json_files(model, FOLDER)
    subprocess.run([sys.executable, str(GOLDEN), "--weights", str(weights)], check=True, env=dict(os.environ))
    accuracy = shares(right_answers(model, FOLDER / "heldout"))
    print(json.dumps(accuracy))
    readme = HERE / "README.md"
    kept, _, _ = readme.read_text(encoding="utf-8").partition(MARK)
    readme.write_text(kept + results(run, weights, accuracy), encoding="utf-8")


if __name__ == "__main__":
    main()
