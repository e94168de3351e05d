"""What a contestant of the decode benchmark is: a result that can be checked, and ways to compute it."""

from collections.abc import Callable
from dataclasses import dataclass, field

import torch

# Float16 scores of magnitude 100, the loosest arithmetic here, stay within; one lost key of the top band moves the
# result by more, up to contexts of 131,072.
RELATIVE_BOUND = 2.0**-8

Launch = Callable[[int], torch.Tensor]
"""Computes from buffer set i; gives the result [batch, kv heads, group, head dim]."""


class WrongResult(Exception):
    """A contestant computed something else than its reference."""


@dataclass
class Contestant:
    kernel: str
    kept_union: float
    bytes: int
    """Moved in one launch: rows of keys and values, and scores where they pass through memory."""
    variants: dict[str, Launch]
    """Ways to compute it, by what tells them apart; the fastest is reported."""
    verify: Callable[[torch.Tensor], float]
    """The relative error; raises WrongResult when it is over the bound."""
    chosen: str = field(default="")


def relative_error(result: torch.Tensor, truth: torch.Tensor) -> float:
    """Largest absolute difference, over the largest absolute value of the truth."""
    if result.shape != truth.shape:
        raise WrongResult(f"result: expected {list(truth.shape)}, got {list(result.shape)}")
    return float((result.double() - truth).abs().max() / truth.abs().max())


def expect_close(result: torch.Tensor, truth: torch.Tensor, bound: float = RELATIVE_BOUND) -> float:
    error = relative_error(result, truth)
    if not error <= bound:
        raise WrongResult(f"result: expected an error of at most {bound:.2e} of the largest value, got {error:.2e}")
    return error
