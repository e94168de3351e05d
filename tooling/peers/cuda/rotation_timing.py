"""GPU time of launches that walk through buffer sets in turn, so that no launch finds its data in the cache."""

import statistics
from dataclasses import dataclass
from functools import cache

import torch

WARM_UP_LAUNCHES = 3
FEWEST_LAUNCHES = 8
"""In one timed span: the cost of starting a graph then vanishes in them."""
LEAD_CYCLES = 1_000_000
"""The GPU spins this long first (about half a millisecond), so that it never waits for the CPU afterwards."""


@dataclass(frozen=True)
class Spread:
    median_us: float
    p10_us: float
    p90_us: float
    samples: int


class Rotation:
    """A CUDA graph of launches over the sets; without graph support the launches themselves."""

    def __init__(self, launch, sets: int, most_launches: int | None = None):
        rounds = -(-FEWEST_LAUNCHES // sets)
        self.order = [index % sets for index in range(rounds * sets)][:most_launches]
        self.launch = launch
        self.graph = None
        warm_up(launch, sets)
        try:
            self.graph = self.capture()
        except RuntimeError:
            torch.cuda.synchronize()

    def capture(self) -> torch.cuda.CUDAGraph:
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.stream(capture_stream()):
            graph.capture_begin()
            try:
                self.run()
            finally:
                graph.capture_end()
        return graph

    def run(self) -> None:
        for index in self.order:
            self.launch(index)

    def replay(self) -> None:
        if self.graph is None:
            self.run()
        else:
            self.graph.replay()

    @property
    def timing(self) -> str:
        return "events" if self.graph is None else "graph"

    def sample(self, count: int) -> list[float]:
        """Microseconds of one launch, the mean of each of `count` spans."""
        events = [torch.cuda.Event(enable_timing=True) for _ in range(count + 1)]
        torch.cuda._sleep(LEAD_CYCLES)
        self.replay()
        events[0].record()
        for event in events[1:]:
            self.replay()
            event.record()
        torch.cuda.synchronize()
        return [1000 * start.elapsed_time(end) / len(self.order) for start, end in zip(events, events[1:])]

    def span_us(self) -> float:
        return statistics.median(self.sample(3)) * len(self.order)


@cache
def capture_stream() -> torch.cuda.Stream:
    """One for all captures, so that libraries set up their workspaces on it before the first."""
    return torch.cuda.Stream()


def warm_up(launch, sets: int) -> None:
    torch.cuda.synchronize()
    with torch.cuda.stream(capture_stream()):
        for index in range(WARM_UP_LAUNCHES):
            launch(index % sets)
    torch.cuda.synchronize()


def sample_interleaved(rotations: list[Rotation], milliseconds: float, rounds: int = 5) -> list[Spread]:
    """About `milliseconds` of samples for each, taken in turns so that a drift of the clock meets all alike."""
    counts = [max(4, min(100, round(1000 * milliseconds / rounds / each.span_us()))) for each in rotations]
    samples: list[list[float]] = [[] for _ in rotations]
    for _ in range(rounds):
        for taken, rotation, count in zip(samples, rotations, counts):
            taken.extend(rotation.sample(count))
    return [spread(taken) for taken in samples]


def spread(samples: list[float]) -> Spread:
    deciles = statistics.quantiles(samples, n=10, method="inclusive")
    return Spread(statistics.median(samples), deciles[0], deciles[-1], len(samples))
