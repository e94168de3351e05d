"""out[h] = sum of p[h, i] * values[i] over the keys with p[h, i] >= threshold[h]: the sift after its scores.

Gather, grid (splits, KV heads of all sequences): log-sum-exp from the statistics of the tiles, so that p >= threshold
becomes score >= log-sum-exp + ln threshold, one comparison a score; then the value rows that any head of the group
keeps. Two forms: `gather_compacted` lists the survivors by a prefix sum and reads their rows densely, `gather_masked`
walks all keys and masks the loads of rows that no head keeps.

Merge, grid (query heads, parts of the head dimension): sums over the splits in a fixed order, so repeats are bit-equal.
"""

import triton
import triton.language as tl


@triton.jit
def global_softmax(tile_max, tile_sum, log_thresholds, head, tiles, GROUP: tl.constexpr, CHUNK: tl.constexpr):
    """Of the 16 padded query rows: largest score, log-sum-exp, and the score a key must reach."""
    rows = tl.arange(0, 16)
    row = (head * GROUP + rows[:, None]) * tiles
    largest = tl.full([16, CHUNK], -1.0e30, tl.float32)
    for start in range(0, tiles, CHUNK):
        tile = start + tl.arange(0, CHUNK)[None, :]
        inside = (rows[:, None] < GROUP) & (tile < tiles)
        largest = tl.maximum(largest, tl.load(tile_max + row + tile, inside, -1.0e30))
    maximum = tl.max(largest, 1)
    total = tl.zeros([16, CHUNK], tl.float32)
    for start in range(0, tiles, CHUNK):
        tile = start + tl.arange(0, CHUNK)[None, :]
        inside = (rows[:, None] < GROUP) & (tile < tiles)
        shift = tl.exp(tl.load(tile_max + row + tile, inside, -1.0e30) - maximum[:, None])
        total += shift * tl.load(tile_sum + row + tile, inside, 0.0)
    log_sum_exp = maximum + tl.log(tl.sum(total, 1))
    cut = log_sum_exp + tl.load(log_thresholds + head * GROUP + rows, rows < GROUP, 0.0)
    return maximum, log_sum_exp, cut


@triton.jit
def store_partial(
    out, mass, kept, union, partial, partial_mass, partial_kept, partial_union, maximum, log_sum_exp, head,
    GROUP: tl.constexpr, DIM: tl.constexpr,
):  # fmt: skip
    """Leaves one split's sums, now as weights of the global softmax."""
    split = tl.program_id(0)
    splits = tl.num_programs(0)
    rows = tl.arange(0, 16)
    dims = tl.arange(0, DIM)
    shrink = tl.exp(maximum - log_sum_exp)
    at = (head * GROUP + rows) * splits + split
    tl.store(partial + at[:, None] * DIM + dims[None, :], out * shrink[:, None], rows[:, None] < GROUP)
    tl.store(partial_mass + at, mass * shrink, rows < GROUP)
    tl.store(partial_kept + at, kept, rows < GROUP)
    tl.store(partial_union + head * splits + split, union)


@triton.jit(do_not_specialize=["tiles", "blocks"])
def gather_compacted(
    values,  # float16 [heads, context, DIM]
    scores,  # float32 [heads, GROUP, context]
    tile_max,  # float32 [heads, GROUP, tiles]
    tile_sum,  # float32 [heads, GROUP, tiles]
    log_thresholds,  # float32 [heads, GROUP]
    survivors,  # int32 [heads, context], scratch: each split's own part holds the keys its group keeps
    partial,  # float32 [heads, GROUP, splits, DIM]
    partial_mass,  # float32 [heads, GROUP, splits]
    partial_kept,  # int32 [heads, GROUP, splits]
    partial_union,  # int32 [heads, splits]
    context,
    tiles,
    blocks,  # of LIST keys in one split
    GROUP: tl.constexpr,
    DIM: tl.constexpr,
    LIST: tl.constexpr,
    BLOCK: tl.constexpr,
    CHUNK: tl.constexpr,
):
    split = tl.program_id(0)
    head = tl.program_id(1).to(tl.int64)
    maximum, log_sum_exp, cut = global_softmax(tile_max, tile_sum, log_thresholds, head, tiles, GROUP, CHUNK)
    rows = tl.arange(0, 16)
    dims = tl.arange(0, DIM)
    first = split * blocks
    listed = survivors + head * context + first * LIST
    count = 0
    for block in range(first, tl.minimum(first + blocks, tl.cdiv(context, LIST))):
        index = block * LIST + tl.arange(0, LIST)
        survives = tl.zeros([LIST], tl.int32)
        for row in tl.static_range(GROUP):
            found = tl.load(scores + (head * GROUP + row) * context + index, index < context, float("-inf"))
            survives |= (found >= tl.sum(tl.where(rows == row, cut, 0.0), 0)).to(tl.int32)
        survives = tl.where(index < context, survives, 0)
        tl.store(listed + count + tl.cumsum(survives, 0) - 1, index, survives > 0)
        count += tl.sum(survives, 0)
    tl.debug_barrier()
    out = tl.zeros([16, DIM], tl.float32)
    mass = tl.zeros([16, BLOCK], tl.float32)
    kept = tl.zeros([16, BLOCK], tl.int32)
    for start in range(0, count, BLOCK):
        entry = start + tl.arange(0, BLOCK)
        inside = entry < count
        index = tl.load(listed + entry, inside, 0)
        v = tl.load(values + (head * context + index[:, None]) * DIM + dims[None, :], inside[:, None], 0.0)
        real = (rows[:, None] < GROUP) & inside[None, :]
        found = tl.load(scores + (head * GROUP + rows[:, None]) * context + index[None, :], real, float("-inf"))
        keeps = real & (found >= cut[:, None])
        weights = tl.where(keeps, tl.exp(found - maximum[:, None]), 0.0)
        out = tl.dot(weights.to(tl.float16), v, out)
        mass += weights
        kept += keeps.to(tl.int32)
    store_partial(
        out, tl.sum(mass, 1), tl.sum(kept, 1), count, partial, partial_mass, partial_kept, partial_union,
        maximum, log_sum_exp, head, GROUP, DIM,
    )  # fmt: skip


@triton.jit(do_not_specialize=["tiles", "blocks"])
def gather_masked(
    values,  # as in gather_compacted
    scores,
    tile_max,
    tile_sum,
    log_thresholds,
    partial,
    partial_mass,
    partial_kept,
    partial_union,
    context,
    tiles,
    blocks,  # of BLOCK keys in one split
    GROUP: tl.constexpr,
    DIM: tl.constexpr,
    BLOCK: tl.constexpr,
    CHUNK: tl.constexpr,
):
    split = tl.program_id(0)
    head = tl.program_id(1).to(tl.int64)
    maximum, log_sum_exp, cut = global_softmax(tile_max, tile_sum, log_thresholds, head, tiles, GROUP, CHUNK)
    rows = tl.arange(0, 16)
    dims = tl.arange(0, DIM)
    out = tl.zeros([16, DIM], tl.float32)
    mass = tl.zeros([16, BLOCK], tl.float32)
    kept = tl.zeros([16, BLOCK], tl.int32)
    union = tl.zeros([BLOCK], tl.int32)
    first = split * blocks
    for block in range(first, tl.minimum(first + blocks, tl.cdiv(context, BLOCK))):
        index = block * BLOCK + tl.arange(0, BLOCK)
        real = (rows[:, None] < GROUP) & (index[None, :] < context)
        found = tl.load(scores + (head * GROUP + rows[:, None]) * context + index[None, :], real, float("-inf"))
        keeps = real & (found >= cut[:, None])
        survives = tl.max(keeps.to(tl.int32), 0)
        v = tl.load(values + (head * context + index[:, None]) * DIM + dims[None, :], survives[:, None] > 0, 0.0)
        weights = tl.where(keeps, tl.exp(found - maximum[:, None]), 0.0)
        out = tl.dot(weights.to(tl.float16), v, out)
        mass += weights
        kept += keeps.to(tl.int32)
        union += survives
    store_partial(
        out, tl.sum(mass, 1), tl.sum(kept, 1), tl.sum(union, 0), partial, partial_mass, partial_kept,
        partial_union, maximum, log_sum_exp, head, GROUP, DIM,
    )  # fmt: skip


@triton.jit(do_not_specialize=["splits"])
def merge_sums(
    partial,  # float32 [heads, GROUP, splits, DIM]
    partial_mass,  # float32 [heads, GROUP, splits]
    partial_kept,  # int32 [heads, GROUP, splits]
    partial_union,  # int32 [heads, splits]
    out,  # float16 [heads, GROUP, DIM]
    dropped,  # float32 [heads, GROUP]: mass of the keys below the threshold
    kept,  # int32 [heads, GROUP]
    union,  # int32 [heads]
    splits,
    GROUP: tl.constexpr,
    DIM: tl.constexpr,
    PART: tl.constexpr,
    CHUNK: tl.constexpr,
):
    row = tl.program_id(0).to(tl.int64)
    part = tl.program_id(1)
    dims = part * PART + tl.arange(0, PART)
    merged = tl.zeros([CHUNK, PART], tl.float32)
    for start in range(0, splits, CHUNK):
        split = start + tl.arange(0, CHUNK)
        place = (row * splits + split[:, None]) * DIM + dims[None, :]
        merged += tl.load(partial + place, split[:, None] < splits, 0.0)
    tl.store(out + row * DIM + dims, tl.sum(merged, 0).to(tl.float16))
    if part == 0:
        mass = tl.zeros([CHUNK], tl.float32)
        row_kept = tl.zeros([CHUNK], tl.int32)
        row_union = tl.zeros([CHUNK], tl.int32)
        for start in range(0, splits, CHUNK):
            split = start + tl.arange(0, CHUNK)
            inside = split < splits
            mass += tl.load(partial_mass + row * splits + split, inside, 0.0)
            row_kept += tl.load(partial_kept + row * splits + split, inside, 0)
            row_union += tl.load(partial_union + row // GROUP * splits + split, inside, 0)
        tl.store(dropped + row, 1.0 - tl.sum(mass, 0))
        tl.store(kept + row, tl.sum(row_kept, 0))
        if row % GROUP == 0:
            tl.store(union + row // GROUP, tl.sum(row_union, 0))
