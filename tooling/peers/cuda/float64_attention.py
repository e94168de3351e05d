"""Decode attention of one sequence in float64, the truth every contestant is held to."""

from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class ExactAttention:
    """Of one sequence at one kept fraction; tensors are float64 on the data's device."""

    sifted: torch.Tensor
    """[kv heads, group, head dim]: weights of the full softmax, dropped mass not put back"""
    renormalised: torch.Tensor
    """the same divided by the kept mass: what top-k attention gives"""
    dropped_mass: torch.Tensor
    """[kv heads, group]"""


def exact_attention(data, sequence: int, fraction: float) -> ExactAttention:
    """Over the planted kept set of `fraction`; 1 is full attention."""
    heads = [exact_head(data, sequence, head, fraction) for head in range(data.queries.shape[1])]
    sifted, mass = (torch.stack(part) for part in zip(*heads))
    return ExactAttention(sifted, sifted / mass[..., None], 1 - mass)


def exact_head(data, sequence: int, head: int, fraction: float):
    """sifted [group, head dim] and kept mass [group] of one KV head."""
    queries = data.queries[sequence, head].double()
    scores = queries @ data.keys[0, sequence, head].double().T / queries.shape[1] ** 0.5
    kept = data.ranks[sequence, head] < data.kept_count(fraction)
    weights = torch.softmax(scores, 1) * kept
    return weights @ data.values[0, sequence, head].double(), weights.sum(1)
