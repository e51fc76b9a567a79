"""Running means of what training reports, how fast it goes, and when it will be done."""
import os
import time

_MEMORY = 0.97          # of the running means
_EVERY = 25             # steps


class Progress:
    """One stage's numbers. A line every 25 steps to the log of the stage and to the screen; silent without a folder."""

    def __init__(self, stage, stages, folder):
        self.stage, self.means, self.seconds = stage, {}, 0.0
        self.later = [s for s in stages if s.number > stage.number]
        self.folder, self.recent = folder, []
        self.since = time.perf_counter()

    def add(self, step, values):
        """Takes a step's values (numbers or tensors of one element)."""
        for name, value in values.items():
            value = float(value)
            self.means[name] = self.means.get(name, value) * _MEMORY + (1 - _MEMORY) * value
        now = time.perf_counter()
        self.seconds += now - self.since
        self.recent = [*self.recent[-99:], now - self.since]
        self.since = now
        if self.folder is not None and (step % _EVERY == 0 or step == self.stage.steps):
            self._report(step)

    def _report(self, step):
        rate = sum(self.recent) / len(self.recent)
        left = rate * (self.stage.steps - step) + sum(_cost(s) / _cost(self.stage) * rate * s.steps for s in self.later)
        means = " ".join(f"{name}={value:.3f}" for name, value in self.means.items())
        line = (f"stage {self.stage.name} step {step}/{self.stage.steps} {self.seconds / 60:.1f} min {rate:.2f} s/step "
                f"about {left / 60:.0f} min left load {os.getloadavg()[0]:.1f} | {means}")
        print(line, flush=True)
        with open(self.folder / f"stage{self.stage.name}.log", "a", encoding="utf-8") as log:
            print(line, file=log)

    def state_dict(self):
        return {"means": self.means, "seconds": self.seconds}

    def load_state_dict(self, state):
        self.means, self.seconds = dict(state["means"]), state["seconds"]


def _cost(stage):
    """Rough cost of a step, in encoder passes forward and backward: 16 questions cost three of them, a frozen encoder a third."""
    if not stage.questions:
        return stage.images
    return stage.images * (3.3 if stage.name == "2" else 4)
