"""The processes that train together: each takes its share of a step's images, and their gradients are averaged.

On two CPU cores two processes of one thread each beat one process of two threads; on a GPU the team is one process."""
import ctypes
import signal

import torch
import torch.multiprocessing as mp

_MOST_PARAMETERS = 4_000_000
_PATIENCE_SECONDS = 900


class Team:
    """This process's number, how many there are, and the memory they share."""

    def __init__(self, rank=0, size=1, shared=None, barrier=None):
        self.rank, self.size, self._shared, self._barrier = rank, size, shared, barrier

    @property
    def leads(self):
        return self.rank == 0

    def wait(self):
        """Returns when all are here."""
        if self._barrier is not None:
            self._barrier.wait(_PATIENCE_SECONDS)

    def average(self, vector):
        """The mean of everybody's vector; the same bits for all."""
        if self._barrier is None:
            return vector
        self._shared[self.rank, :len(vector)] = vector
        self.wait()
        mean = self._shared[:, :len(vector)].mean(0)
        self.wait()
        return mean

    def require_same(self, vector, what):
        """Stops training if the processes have come to differ."""
        if self._barrier is None:
            return
        self._shared[self.rank, :len(vector)] = vector
        self.wait()
        same = all(torch.equal(self._shared[0, :len(vector)], row[:len(vector)]) for row in self._shared)
        self.wait()
        if not same:
            raise RuntimeError(f"{what} differ between the processes, so a run started again could not repeat this one.")


def _follow(rank, size, shared, barrier, work, arguments):
    # Linux only: a helper process ends with the one that started it, even if that one is killed.
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)
    torch.set_num_threads(1)
    work(Team(rank, size, shared, barrier), *arguments)


def run(size, work, *arguments):
    """Calls work(team, *arguments) in `size` processes, this one among them."""
    if size == 1:
        work(Team(), *arguments)
        return
    torch.set_num_threads(1)
    context = mp.get_context("spawn")
    shared, barrier = torch.zeros(size, _MOST_PARAMETERS).share_memory_(), context.Barrier(size)
    others = [context.Process(target=_follow, args=(rank, size, shared, barrier, work, arguments), daemon=True)
              for rank in range(1, size)]
    for process in others:
        process.start()
    work(Team(0, size, shared, barrier), *arguments)
    for process in others:
        process.join()
        if process.exitcode:
            raise RuntimeError(f"A training process ended with exit code {process.exitcode}.")
