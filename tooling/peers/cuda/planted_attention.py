"""Random keys, values and queries whose kept sets are known before the first kernel runs.

Every key belongs to a band; the bands of the smallest kept fraction score highest. A key's score against every query
head of its group is level(band) + u with u uniform in [-1/2, 1/2], and levels lie 2 apart. So the score that lies in
the middle between two bands splits off exactly the chosen fraction, the same keys for each head of the group, and
rounding to float16 (about 0.01 of a score) cannot move a key across it. One set of keys serves every fraction.
"""

from dataclasses import dataclass

import torch

LEVEL_GAP = 2.0
CHUNK_ELEMENTS = 1 << 28


@dataclass(frozen=True)
class PlantedAttention:
    queries: torch.Tensor
    """float16 [batch, kv heads, group, head dim]"""
    keys: torch.Tensor
    """float16 [sets, batch, kv heads, context, head dim]: the same numbers in each set, at other addresses"""
    values: torch.Tensor
    """as keys"""
    ranks: torch.Tensor
    """int32 [batch, kv heads, context]: the kept keys of a fraction are those of rank < kept_count(fraction)"""
    log_sum_exp: torch.Tensor
    """float64 [batch, kv heads, group], natural log, of the scaled scores"""
    fractions: tuple[float, ...]
    """ascending, the last is 1"""

    @property
    def sets(self) -> int:
        return self.keys.shape[0]

    @property
    def context(self) -> int:
        return self.keys.shape[3]

    def kept_count(self, fraction: float) -> int:
        """Keys of each KV head in the union, which each of its query heads keeps."""
        return kept_count(fraction, self.context)

    def log_thresholds(self, fraction: float) -> torch.Tensor:
        """ln of the threshold on weights, float32 [batch, kv heads, group]; -infinity keeps every key."""
        lse = self.log_sum_exp
        if fraction >= 1:
            return torch.full_like(lse, -torch.inf, dtype=torch.float32)
        band = self.fractions.index(fraction)
        return (level_of(band, len(self.fractions)) - LEVEL_GAP / 2 - lse).float()


def kept_count(fraction: float, context: int) -> int:
    return max(1, round(fraction * context))


def level_of(band, bands: int):
    return LEVEL_GAP * (bands - 1 - band)


def plant(case, fractions, sets: int, device: str, seed: int = 1) -> PlantedAttention:
    """Draws the data of a case; `sets` copies of keys and values let a benchmark defeat the cache."""
    generator = torch.Generator(device).manual_seed(seed)
    shape, context = case.shape, case.context
    bounds = tuple(sorted({*fractions, 1.0}))
    rows = (case.batch, shape.kv_heads)
    queries = torch.randn(*rows, shape.group, shape.head_dim, generator=generator, device=device).half()
    keys = torch.empty(sets, *rows, context, shape.head_dim, dtype=torch.float16, device=device)
    values = torch.empty_like(keys)
    values[0].normal_(generator=generator)
    ranks = torch.empty(*rows, context, dtype=torch.int32, device=device)
    lse = torch.empty(*rows, shape.group, dtype=torch.float64, device=device)
    flat = [tensor.flatten(0, 1) for tensor in (queries, keys[0], ranks, lse)]
    step = max(1, CHUNK_ELEMENTS // (context * shape.head_dim))
    for start in range(0, case.heads, step):
        plant_heads(*(tensor[start : start + step] for tensor in flat), bounds, generator)
    keys[1:] = keys[0]
    values[1:] = values[0]
    return PlantedAttention(queries, keys, values, ranks, lse, bounds)


def plant_heads(queries, keys, ranks, lse, bounds, generator) -> None:
    """Fills keys [heads, context, dim], ranks [heads, context], lse [heads, group]; queries are [heads, group, dim]."""
    heads, context, dim = keys.shape
    order = torch.rand(heads, context, generator=generator, device=keys.device).argsort(1)
    positions = torch.arange(context, dtype=torch.int32, device=keys.device).expand(heads, -1)
    ranks.scatter_(1, order, positions)
    counts = torch.tensor([kept_count(bound, context) for bound in bounds], device=keys.device)
    bands = torch.searchsorted(counts, ranks.long(), right=True)
    jitter = torch.rand(heads, context, queries.shape[1], generator=generator, device=keys.device) - 0.5
    scores = (level_of(bands, len(bounds))[..., None] + jitter) * dim**0.5
    noise = torch.randn(heads, context, dim, generator=generator, device=keys.device)
    q = queries.double()
    dual = torch.linalg.solve(q @ q.mT, q).mT.float()  # [heads, dim, group]: q @ dual is the identity
    q = queries.float()
    keys.copy_(noise + (scores - noise @ q.mT) @ dual.mT)
    exact = (keys.double() @ queries.double().mT) / dim**0.5
    lse.copy_(exact.logsumexp(1))
