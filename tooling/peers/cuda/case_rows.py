"""The rows of one case: every contestant verified, its variants compared, the fastest of each timed in turns."""

import statistics
import sys
from contextlib import nullcontext
from dataclasses import dataclass, field

import torch

from case_contestants import CaseContestants, every_contestant
from contestant import Contestant
from planted_attention import plant
from rotation_timing import Rotation, Spread, sample_interleaved
from time_budgets import CompileBudget, Deadline

CACHE_FACTOR = 4
MOST_BYTES = 20e9
TUNING_LAUNCHES = 64
TUNING_BYTES = 4e9
"""Traffic worth spending on one variant, within 3 to 8 samples."""


@dataclass
class Report:
    """What a run found, also what it did not get to."""

    rows: list[dict] = field(default_factory=list)
    failures: list[dict] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    def add_failure(self, case, contestant, label: str, failure: Exception) -> None:
        message = f"{type(failure).__name__}: {failure}".splitlines()[0][:300]
        where = {"case": str(case), "kernel": contestant.kernel, "keptUnion": round(contestant.kept_union, 6)}
        self.failures.append({**where, "variant": label, "error": message})
        print(f"  {contestant.kernel}, {label}: {message}", file=sys.stderr)


def sets_against_cache(case, cache_bytes: int) -> int:
    """Enough that the keys alone exceed the cache four times, two at least, within the memory allowed."""
    wanted = max(2, -(-CACHE_FACTOR * cache_bytes // case.keys_bytes))
    return max(1, min(wanted, int(MOST_BYTES // case.full_bytes)))


def measure_case(case, fractions, kernels, report: Report, deadline: Deadline, compiling: CompileBudget) -> None:
    """Appends the case's rows to the report; a contestant that fails or is wrong becomes a failure instead."""
    properties = torch.cuda.get_device_properties(0)
    sets = sets_against_cache(case, properties.L2_cache_size)
    built = CaseContestants(case, plant(case, fractions, sets, "cuda"), properties.multi_processor_count)
    timed: list[TimedContestant] = []
    for contestant in every_contestant(built, fractions):
        if not is_needed(contestant.kernel, kernels):
            continue
        if deadline.left <= 0:
            report.skipped.append(f"{case}: {contestant.kernel}, union {contestant.kept_union:.3g}")
            continue
        guard = compiling.spend if contestant.kernel == "torch-top-k-compiled" else nullcontext
        fastest = fastest_variant(case, sets, contestant, report, guard)
        if fastest is not None and contestant.kernel in kernels:
            timed.append(fastest)
    spreads = sample_interleaved([each.rotation for each in timed], milliseconds=50)
    report.rows.extend(row(case, sets, each, spread) for each, spread in zip(timed, spreads))


def is_needed(kernel: str, kernels) -> bool:
    """The score pass is also a part of the sift."""
    return kernel in kernels or (kernel == "triton-scores" and "triton-sift" in kernels)


@dataclass(frozen=True)
class TimedContestant:
    contestant: Contestant
    rotation: Rotation
    """Over all sets, of the fastest variant that is right."""
    error: float
    tried: dict[str, float]
    """Microseconds of the fastest variants, as compared before."""


def row(case, sets: int, timed: TimedContestant, spread: Spread) -> dict:
    contestant = timed.contestant
    return {
        "shape": case.shape.name,
        "batch": case.batch,
        "context": case.context,
        "kernel": contestant.kernel,
        "keptUnion": round(contestant.kept_union, 6),
        "medianUs": round(spread.median_us, 3),
        "p10Us": round(spread.p10_us, 3),
        "p90Us": round(spread.p90_us, 3),
        "bytes": contestant.bytes,
        "variant": contestant.chosen,
        "fastestVariantsUs": timed.tried,
        "samples": spread.samples,
        "bufferSets": sets,
        "timing": timed.rotation.timing,
        "relativeError": float(f"{timed.error:.3g}"),
    }


def fastest_variant(case, sets: int, contestant, report: Report, guard) -> TimedContestant | None:
    """None when no variant is right; the others' failures are reported."""
    medians, errors = {}, {}
    for label, launch in contestant.variants.items():
        try:
            with guard():
                error = contestant.verify(launch(0))
            medians[label] = tuning_median(case, launch, sets)
            errors[label] = error
        except Exception as failure:  # a library refuses a layout in many ways; each is reported
            report.add_failure(case, contestant, label, failure)
    if not medians:
        return None
    ranked = sorted(medians, key=lambda label: medians[label])
    contestant.chosen = ranked[0]
    tried = {label: round(medians[label], 3) for label in ranked[:3]}
    return TimedContestant(contestant, Rotation(contestant.variants[ranked[0]], sets), errors[ranked[0]], tried)


def tuning_median(case, launch, sets: int) -> float:
    rotation = Rotation(launch, sets, TUNING_LAUNCHES)
    samples = round(TUNING_BYTES / (case.full_bytes * len(rotation.order)))
    return statistics.median(rotation.sample(max(3, min(8, samples))))
