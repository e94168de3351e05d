"""scores[h, i] = scale * dot(queries[h], keys[i]): the first kernel of the sift, in two forms.

Grid: (tiles, KV heads of all sequences). Every key meets all query heads of its group; each tile also leaves its
maximum and its sum of exp(score - maximum), so that log-sum-exp needs no second pass over the scores.
"""

import triton
import triton.language as tl


@triton.jit(do_not_specialize=["tiles"])
def score_tiles(
    queries,  # float16 [heads, GROUP, DIM]
    keys,  # float16 [heads, context, DIM]
    scores,  # float32 [heads, GROUP, context]
    tile_max,  # float32 [heads, GROUP, tiles]
    tile_sum,  # float32 [heads, GROUP, tiles]: sum of exp(score - tile_max)
    scale,
    context,
    tiles,
    GROUP: tl.constexpr,
    DIM: tl.constexpr,
    BLOCK: tl.constexpr,
    STEPS: tl.constexpr,
):
    """Matrix instructions; a tile is STEPS blocks of BLOCK keys."""
    tile = tl.program_id(0)
    head = tl.program_id(1).to(tl.int64)
    rows = tl.arange(0, 16)
    dims = tl.arange(0, DIM)
    q = tl.load(queries + (head * GROUP + rows[:, None]) * DIM + dims[None, :], rows[:, None] < GROUP, 0.0)
    maximum = tl.full([16, BLOCK], -1.0e30, tl.float32)  # of each lane: one reduction a tile, not one a block
    total = tl.zeros([16, BLOCK], tl.float32)
    for step in range(STEPS):
        index = (tile * STEPS + step) * BLOCK + tl.arange(0, BLOCK)
        inside = index < context
        k = tl.load(keys + head * context * DIM + index[:, None] * DIM + dims[None, :], inside[:, None], 0.0)
        found = tl.dot(q, tl.trans(k)) * scale
        place = (head * GROUP + rows[:, None]) * context + index[None, :]
        tl.store(scores + place, found, (rows[:, None] < GROUP) & inside[None, :])
        found = tl.where(inside[None, :], found, -1.0e30)
        new_maximum = tl.maximum(maximum, found)
        total = total * tl.exp(maximum - new_maximum) + tl.exp(found - new_maximum)
        maximum = new_maximum
    largest = tl.max(maximum, 1)
    at = (head * GROUP + rows) * tiles + tile
    tl.store(tile_max + at, largest, rows < GROUP)
    tl.store(tile_sum + at, tl.sum(total * tl.exp(maximum - largest[:, None]), 1), rows < GROUP)


@triton.jit(do_not_specialize=["tiles"])
def score_lanes(
    queries,  # as in score_tiles
    keys,
    scores,
    tile_max,
    tile_sum,
    scale,
    context,
    tiles,
    GROUP: tl.constexpr,
    DIM: tl.constexpr,
    BLOCK: tl.constexpr,
):
    """Multiply-adds on rows held in registers, no shared memory; a tile is BLOCK keys."""
    tile = tl.program_id(0)
    head = tl.program_id(1).to(tl.int64)
    dims = tl.arange(0, DIM)
    index = tile * BLOCK + tl.arange(0, BLOCK)
    inside = index < context
    k = tl.load(keys + head * context * DIM + index[:, None] * DIM + dims[None, :], inside[:, None], 0.0)
    for row in tl.static_range(GROUP):
        q = tl.load(queries + (head * GROUP + row) * DIM + dims).to(tl.float32)
        found = tl.sum(k.to(tl.float32) * q[None, :], 1) * scale
        tl.store(scores + (head * GROUP + row) * context + index, found, inside)
        found = tl.where(inside, found, float("-inf"))
        maximum = tl.max(found, 0)
        at = (head * GROUP + row) * tiles + tile
        tl.store(tile_max + at, maximum)
        tl.store(tile_sum + at, tl.sum(tl.exp(found - maximum), 0))
