"""Every variant of every contestant against float64 at small, awkward sizes, and errors planted to be found.

On a machine without a GPU the Triton kernels run in Triton's interpreter, and PyTorch chooses the attention backend.
"""

from collections.abc import Iterator

import torch

from case_contestants import CaseContestants, every_contestant
from contestant import WrongResult
from decode_cases import FRACTIONS, DecodeCase, Shape
from planted_attention import plant
from time_budgets import Deadline

# (KV heads, group, head dim, batch, context): several tiles, one key, a block less one, a block, a block and one
GEOMETRIES = (
    (2, 4, 128, 3, 513),
    (1, 2, 128, 1, 1100),
    (2, 4, 128, 1, 1),
    (1, 1, 64, 2, 63),
    (2, 3, 64, 1, 64),
    (1, 7, 64, 1, 65),
)
MULTIPROCESSORS = 1
"""As if: it makes the contexts split into one to eight."""


def check(deadline: Deadline) -> int:
    """Prints what was found; the number of things wrong. What the time does not suffice for is said, not counted."""
    wrong = 0
    for geometry in GEOMETRIES:
        if deadline.left <= 0:
            print(f"not checked: {geometry}")
            continue
        built = small_contestants(*geometry)
        faults = [*contestant_faults(built), *missed_errors(built)]
        for fault in faults:
            print(f"{built.case}: {fault}")
        print(f"{built.case}: {'ok' if not faults else f'{len(faults)} wrong'}", flush=True)
        wrong += len(faults)
    return wrong


def small_contestants(kv_heads: int, group: int, dim: int, batch: int, context: int) -> CaseContestants:
    device = "cuda" if torch.cuda.is_available() else "cpu"
    case = DecodeCase(Shape(f"{kv_heads} x {group} heads of {dim}", kv_heads, group, dim), batch, context)
    return CaseContestants(case, plant(case, FRACTIONS, 2, device), MULTIPROCESSORS)


def contestant_faults(built: CaseContestants) -> Iterator[str]:
    for contestant in every_contestant(built, FRACTIONS):
        contestant.chosen = next(iter(contestant.variants))
        if contestant.kernel == "torch-top-k-compiled":
            continue
        faults = {label: fault_of(contestant, launch) for label, launch in contestant.variants.items()}
        for label, fault in faults.items():
            if fault is not None:
                yield f"{contestant.kernel}, union {contestant.kept_union:.3g}, {label}: {fault}"


def fault_of(contestant, launch) -> str | None:
    """Wrong on either set, or not bit-equal between the sets, which hold the same numbers."""
    try:
        first = launch(0).clone()
        contestant.verify(first)
        second = launch(1)
        contestant.verify(second)
    except (WrongResult, RuntimeError) as error:
        return f"{type(error).__name__}: {error}"
    if contestant.kernel.startswith("triton") and not torch.equal(first, second):
        return "repeats differ"
    return None


def missed_errors(built: CaseContestants) -> Iterator[str]:
    """A result that lacks one kept key, or a count off by one, must be refused."""
    data = built.data
    key = int((data.ranks[0, 0] == 0).nonzero()[0])
    weights = torch.exp(data.queries[0, 0].double() @ data.keys[0, 0, 0, key].double() / data.queries.shape[-1] ** 0.5)
    weights = weights / data.log_sum_exp[0, 0].exp()
    for fraction in FRACTIONS:
        result = torch.zeros(data.queries.shape, dtype=torch.float64, device=data.queries.device)
        result[built.sequences] = torch.stack([each.sifted for each in built.truth(fraction)])
        if refuses(built.holds(fraction, "sifted"), result):
            yield f"the exact result at {fraction} is refused"
        result[0, 0] -= weights[:, None] * data.values[0, 0, 0, key].double()
        if not refuses(built.holds(fraction, "sifted"), result):
            yield f"a result that lacks one kept key at {fraction} passes"
    built.workspace.counts.kept[0, 0, 0] += 1
    if not refuses(built.holds_sifted(FRACTIONS[-1]), built.workspace.out):
        yield "a kept count that is off by one passes"


def refuses(verify, result: torch.Tensor) -> bool:
    try:
        verify(result)
    except WrongResult:
        return True
    return False
