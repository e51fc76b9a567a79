"""Trains shapes-vlm from nothing, in four stages, in one run that may be cut off anywhere and started again.

    stage 1   encoder alone: dense losses on the encoder's OUTPUT through throw-away linear heads
    stage 1b  the same with a fresh optimiser, learning rate linearly to zero
    stage 2   encoder frozen: projector and decoder learn to answer, guided by losses on a few attention heads
    stage 3   everything; the dense and the guiding losses fall linearly to zero at 60 % of the steps, then answers alone

No visual token is ever dropped or pruned: the decoder sees all 576 in every step. Nothing dense touches the projector's output.
Started again with the same --out and options, it continues, and ends with the same weights, bit for bit, as a run that was
never stopped (same machine, torch and --processes).
"""
import argparse
import hashlib
import json
import math
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path


def _environment():
    """Variables that make torch faster on a CPU and repeatable on a GPU; they count only if set before the process starts."""
    wanted = {
        "OMP_NUM_THREADS": "1",
        "MALLOC_MMAP_THRESHOLD_": "8589934592",        # large tensors are reused instead of being mapped anew each step
        "MALLOC_TRIM_THRESHOLD_": "17179869184",
    }
    processor = Path("/proc/cpuinfo")
    if processor.exists() and "avx512f" in processor.read_text(encoding="utf-8"):
        wanted["OPENBLAS_CORETYPE"] = "SkylakeX"       # OpenBLAS 0.3.21 takes newer processors for older ones
    wanted["CUBLAS_WORKSPACE_CONFIG"] = ":4096:8"      # a GPU's matrix products come out the same each time
    return wanted


def _restart_with_environment():
    missing = {name: value for name, value in _environment().items() if name not in os.environ}
    if missing:
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, **missing})


if __name__ == "__main__":
    _restart_with_environment()

import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402

import checkpoint  # noqa: E402
import team as teams  # noqa: E402
from batches import TRAINING, asked_scene, crowded_scene, draw_batch  # noqa: E402
from losses import AttentionGuide, DenseHeads  # noqa: E402
from model import ShapesVlm, patchify  # noqa: E402
from optimizer import Optimizer  # noqa: E402
from progress import Progress  # noqa: E402
from questions import EVEN_MIX, KINDS, LATE_MIX  # noqa: E402
from start import prepare_projector_and_words  # noqa: E402

ENCODER_RATE_IN_STAGE_3 = 0.25      # factor of the learning rate
DENSE_IN_STAGE_3 = 0.1
ANNEALED_AT = 0.6                   # of stage 3's steps
STAGE_1_HORIZON = 2.2               # stage 1's cosine is planned for that many times its steps and cut


@dataclass(frozen=True)
class Stage:
    """One stage of the recipe; rates are Muon's and AdamW's."""
    number: int
    name: str
    steps: int
    images: int
    muon_rate: float
    adam_rate: float
    clip: float
    questions: int = 0
    guide: float = 0.0


STAGES = [
    Stage(1, "1", 1000, 24, 1e-2, 2.5e-3, clip=2.0),
    Stage(2, "1b", 300, 24, 5.8e-3, 1.5e-3, clip=2.0),
    Stage(3, "2", 1000, 8, 3e-3, 1.2e-3, clip=1.0, questions=16, guide=0.3),
    Stage(4, "3", 800, 12, 3e-3, 8e-4, clip=1.0, questions=16, guide=0.1),
]


def schedule(stage, step):
    """Factor of both learning rates."""
    if stage.name == "1":
        return _cosine(step, STAGE_1_HORIZON * stage.steps, warm_up=60, end=0.02)
    if stage.name == "1b":
        return min(1, (step + 1) / 20) * (1 - step / stage.steps)
    if stage.name == "2":
        return _cosine(step, stage.steps, warm_up=50, end=0.1)
    return _cosine(step, stage.steps, warm_up=40, end=0.01)


def _cosine(step, steps, warm_up, end):
    return min(1, (step + 1) / warm_up) * (end + (1 - end) * 0.5 * (1 + math.cos(math.pi * step / steps)))


class Trainer:
    """The model, its throw-away heads, and one stage at a time."""

    def __init__(self, team, options):
        self.team, self.options, self.device = team, options, torch.device(options.device)
        self.out = Path(options.out)

    def run(self):
        resumed = checkpoint.read(self._latest)
        if resumed and resumed["options"] != self._recorded_options():
            raise SystemExit(f"train.py: '{self._latest}' was written with {resumed['options']}, this run has "
                             f"{self._recorded_options()}. A run continues with the options it began with; use another --out.")
        for stage in self.options.stages:
            if resumed and stage.number < resumed["stage"]:
                continue
            self._run_stage(stage, resumed if resumed and resumed["stage"] == stage.number else None)
            resumed = None
        if self.team.leads:
            self._finish()

    def _run_stage(self, stage, resumed):
        model, heads = self._start_stage(stage)
        if resumed:
            model.load_state_dict(resumed["model"])
            heads.load_state_dict(resumed["heads"])
        modules = {"1": [(model.encoder, 1.0), (heads, 1.0)], "1b": [(model.encoder, 1.0), (heads, 1.0)],
                   "2": [(model.projector, 1.0), (model.decoder, 1.0)],
                   "3": [(model.encoder, ENCODER_RATE_IN_STAGE_3), (model.projector, 1.0), (model.decoder, 1.0),
                         (heads, ENCODER_RATE_IN_STAGE_3)]}[stage.name]
        optimizer = Optimizer(modules, self.team)
        progress = Progress(stage, self.options.stages, self.out if self.team.leads else None)
        first = 0
        if resumed:
            optimizer.load_state_dict(resumed["optimizer"])
            progress.load_state_dict(resumed["progress"])
            checkpoint.restore_random_state(resumed["random"])
            first = resumed["step"]
        for step in range(first, stage.steps):
            loss, values = self._loss(stage, step, model, heads)
            rate = schedule(stage, step)
            norm = optimizer.step(loss, stage.muon_rate * rate, stage.adam_rate * rate, stage.clip)
            progress.add(step + 1, {**values, "gradient": norm})
            if (step + 1) % self.options.checkpoint_every == 0 or step + 1 == stage.steps:
                self._save(stage, step + 1, model, heads, optimizer, progress)
        if self.team.leads:
            checkpoint.write(self._stage_end(stage), model=model.state_dict(), heads=heads.state_dict())
        self.team.wait()

    def _start_stage(self, stage):
        """A model as the stage finds it: fresh, then filled with what the stage before it has reached."""
        torch.manual_seed(1000 * self.options.seed + stage.number)
        model, heads = ShapesVlm().to(self.device), DenseHeads(ShapesVlm().sizes.encoder_width).to(self.device)
        if stage.number > 1:
            before = checkpoint.read(self._stage_end(STAGES[stage.number - 2]), self.device)
            model.load_state_dict(before["model"])
            heads.load_state_dict(before["heads"])
        if stage.name == "2":
            model.encoder.requires_grad_(False)
            prepare_projector_and_words(model, self.options.seed, self.device)
        return model, heads

    def _loss(self, stage, step, model, heads):
        """The loss of this process's images, and numbers to report."""
        share = range(self.team.rank * stage.images // self.team.size, (self.team.rank + 1) * stage.images // self.team.size)
        counters = (TRAINING, self.options.seed, stage.number, step)
        if not stage.questions:
            batch = draw_batch(counters, share, crowded_scene)
            tokens, cls = model.encoder(patchify(batch.images, self.device))
            loss, parts = heads(tokens, cls, batch.scenes, batch.labels)
            return loss, {"loss": loss, **parts}
        batch = draw_batch(counters, share, asked_scene, stage.questions, LATE_MIX if stage.name == "3" else EVEN_MIX)
        remaining = max(0.0, 1 - step / (ANNEALED_AT * stage.steps)) if stage.name == "3" else 1.0
        with torch.set_grad_enabled(stage.name == "3"):
            tokens, cls = model.encoder(patchify(batch.images, self.device))
        loss, values = self._answer_loss(model, tokens, batch, stage.guide * remaining)
        if stage.name == "3" and remaining > 0:
            dense, _ = heads(tokens, cls, batch.scenes, batch.labels)
            loss, values["dense"] = loss + DENSE_IN_STAGE_3 * remaining * dense, dense
        return loss, values

    def _answer_loss(self, model, tokens, batch, guide_weight):
        ids, targets = torch.from_numpy(batch.ids).to(self.device), torch.from_numpy(batch.targets).to(self.device)
        guide = None
        if guide_weight > 0:
            guide = AttentionGuide(batch.ids, (batch.targets >= 0).argmax(-1), batch.scenes, batch.labels, self.device)
        hidden = model.decoder.answer_many(model.prefix(model.projector(tokens)), ids, guide)
        asked = targets >= 0
        logits = model.decoder.logits(hidden[asked])
        loss = F.cross_entropy(logits, targets[asked])
        values = {"answer": loss}
        right = torch.ones_like(asked)
        right[asked] = logits.detach().argmax(-1) == targets[asked]
        right = right.all(-1).cpu().numpy()
        values["right"] = right.mean()
        values.update({KINDS[kind]: right[batch.kinds == kind].mean() for kind in range(len(KINDS)) if (batch.kinds == kind).any()})
        if guide:
            loss = loss + guide_weight * guide.loss
            values.update(guide.parts)
        return loss, values

    @property
    def _latest(self):
        return self.out / "latest.pt"

    def _stage_end(self, stage):
        return self.out / f"stage{stage.name}.pt"

    def _recorded_options(self):
        """What two sittings of one run must agree in."""
        return {"seed": self.options.seed, "processes": self.team.size, "scale": self.options.scale, "device": self.options.device}

    def _save(self, stage, step, model, heads, optimizer, progress):
        self.team.require_same(torch.cat([p.detach().cpu().flatten() for p in model.parameters()]), "The weights")
        if self.team.leads:
            checkpoint.write(self._latest, options=self._recorded_options(), stage=stage.number, step=step, model=model.state_dict(),
                             heads=heads.state_dict(), optimizer=optimizer.state_dict(), progress=progress.state_dict(),
                             random=checkpoint.random_state())

    def _finish(self):
        last = checkpoint.read(self._stage_end(self.options.stages[-1]))
        checkpoint.write(self.out / "model.pt", model=last["model"])
        print(f"weights {weights_digest(last['model'])}", flush=True)


def weights_digest(state):
    """SHA-256 of the model's weights: names and little-endian float32 values in order."""
    digest = hashlib.sha256()
    for name, value in state.items():
        digest.update(name.encode())
        digest.update(value.detach().cpu().numpy().astype("<f4").tobytes())
    return digest.hexdigest()


def _work(team, options):
    Trainer(team, options).run()


def _scaled(stage, scale):
    return stage if scale == 1 else Stage(**{**vars(stage), "steps": max(2, round(stage.steps * scale)), "images": 4})


def parse(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", default=str(Path(__file__).parent / "run"), help="folder for checkpoints and logs (default: run beside this file)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--processes", type=int, help="default: two on a CPU, one on a GPU")
    parser.add_argument("--checkpoint-every", type=int, default=50, help="steps (default 50)")
    parser.add_argument("--scale", type=float, default=1.0, help="share of the steps, with four images each: for trying things out")
    options = parser.parse_args(arguments)
    options.processes = options.processes or (1 if options.device.startswith("cuda") else 2)
    options.stages = [_scaled(stage, options.scale) for stage in STAGES]
    return options


def main():
    options = parse()
    if options.device.startswith("cuda"):       # sums in a fixed order, so that a run started again gives the same bits
        torch.use_deterministic_algorithms(True, warn_only=True)
    out = Path(options.out)
    out.mkdir(parents=True, exist_ok=True)
    about = {"torch": torch.__version__, "processes": options.processes, "seed": options.seed, "device": options.device, "scale": options.scale}
    with open(out / "sittings.log", "a", encoding="utf-8") as log:
        print(time.strftime("%Y-%m-%d %H:%M:%S"), json.dumps(about), file=log)
    teams.run(options.processes, _work, options)


if __name__ == "__main__":
    main()
