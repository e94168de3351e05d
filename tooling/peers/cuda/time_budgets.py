"""Limits on how long a run takes, and how much of it torch.compile may take."""

import signal
import time
from contextlib import contextmanager
from dataclasses import dataclass


class Deadline:
    def __init__(self, seconds: float):
        self.end = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """Seconds; negative afterwards."""
        return self.end - time.monotonic()


@dataclass
class CompileBudget:
    """Seconds that compilation may still take in this run; what it interrupts raises TimeoutError."""

    left: float

    @contextmanager
    def spend(self):
        if self.left < 1:
            raise TimeoutError("torch.compile: no time is left for it; raise --compile-seconds")
        start = time.monotonic()
        previous = signal.signal(signal.SIGALRM, interrupt)
        signal.setitimer(signal.ITIMER_REAL, self.left)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, previous)
            self.left -= time.monotonic() - start


def interrupt(_signal, _frame):
    raise TimeoutError("torch.compile: took too long")
