"""The contestants of one case, each with what it must compute."""

from collections.abc import Iterator

import torch

from contestant import Contestant, WrongResult, expect_close
from exact_top_k import compiled_top_k_variants, top_k_variants
from float64_attention import exact_attention
from library_attention import BACKENDS, library_variants
from plain_read import copy_contestant, read_contestant
from sift_decode import SiftWorkspace, score_passes, sift_variants
from split_decode import full_variants

COMPILED_FRACTION = 0.25


class CaseContestants:
    """Builds them over one set of data; `sequences` are those whose results are checked."""

    def __init__(self, case, data, multiprocessors: int):
        self.case, self.data, self.multiprocessors = case, data, multiprocessors
        self.sequences = sorted({0, case.batch - 1})
        self.workspace = SiftWorkspace(data)
        self.truths = {}

    def ceilings(self) -> list[Contestant]:
        return [read_contestant(self.data, 1), read_contestant(self.data, 2), copy_contestant(self.data)]

    def full(self) -> list[Contestant]:
        backends = BACKENDS if self.data.keys.is_cuda else {"torch-full": None}
        library = [
            self.full_contestant(name, library_variants(self.data, backend)) for name, backend in backends.items()
        ]
        return [*library, self.full_contestant("triton-full", full_variants(self.data, self.multiprocessors))]

    def full_contestant(self, name: str, variants) -> Contestant:
        return Contestant(name, 1.0, self.case.full_bytes, variants, self.holds(1.0, "sifted"))

    def scores(self) -> Contestant:
        """Kernel 1 of the sift alone."""
        size = self.case.keys_bytes + self.case.scores_bytes
        variants = score_passes(self.data, self.workspace)
        return Contestant("triton-scores", 1.0, size, variants, self.verify_scores)

    def sifted(self, fraction: float, score_pass) -> Contestant:
        variants = sift_variants(self.data, self.workspace, score_pass, fraction, self.multiprocessors)
        size = self.case.sifted_bytes(self.data.kept_count(fraction))
        return Contestant("triton-sift", self.union(fraction), size, variants, self.holds_sifted(fraction))

    def top_k(self, fraction: float, compiled: bool = False) -> Contestant:
        k = self.data.kept_count(fraction)
        variants = (compiled_top_k_variants if compiled else top_k_variants)(self.data, k)
        name = "torch-top-k-compiled" if compiled else "torch-top-k"
        size = self.case.sifted_bytes(k) - self.case.scores_bytes  # float16 scores
        return Contestant(name, self.union(fraction), size, variants, self.holds(fraction, "renormalised"))

    def union(self, fraction: float) -> float:
        return self.data.kept_count(fraction) / self.data.context

    def truth(self, fraction: float):
        if fraction not in self.truths:
            self.truths[fraction] = [exact_attention(self.data, each, fraction) for each in self.sequences]
        return self.truths[fraction]

    def holds(self, fraction: float, part: str):
        def verify(result: torch.Tensor) -> float:
            exact = torch.stack([getattr(each, part) for each in self.truth(fraction)])
            return expect_close(result[self.sequences], exact)

        return verify

    def holds_sifted(self, fraction: float):
        close = self.holds(fraction, "sifted")

        def verify(result: torch.Tensor) -> float:
            count, counts = self.data.kept_count(fraction), self.workspace.counts
            if not (bool((counts.kept == count).all()) and bool((counts.union == count).all())):
                raise WrongResult(f"kept: expected {count} of each head, got {unlike(counts.kept, count)}")
            dropped = torch.stack([each.dropped_mass for each in self.truth(fraction)])
            error = float((counts.dropped[self.sequences] - dropped).abs().max())
            if not error <= 1e-4:
                raise WrongResult(f"dropped mass: expected it within 1e-4, got it {error:.1e} off")
            return close(result)

        return verify

    def verify_scores(self, scores: torch.Tensor) -> float:
        data, dim = self.data, self.data.queries.shape[-1]
        exact = data.queries[0, 0].double() @ data.keys[0, 0, 0].double().mT / dim**0.5
        return expect_close(scores[0], exact, 2.0**-16)


def unlike(counts: torch.Tensor, expected: int) -> list[int]:
    return sorted(set(counts[counts != expected].tolist()))[:8]


def every_contestant(built: CaseContestants, fractions) -> Iterator[Contestant]:
    """All of them, in order of weight; a sift follows the fastest score pass, so `chosen` must be set as they come."""
    yield from built.full()
    score_contestant = built.scores()
    yield score_contestant
    score_pass = score_contestant.variants.get(score_contestant.chosen)
    if score_pass is not None:
        for fraction in fractions:
            yield built.sifted(fraction, score_pass)
    yield from built.ceilings()
    for fraction in fractions:
        if fraction < 1:
            yield built.top_k(fraction)
    if COMPILED_FRACTION in fractions:
        yield built.top_k(COMPILED_FRACTION, compiled=True)
