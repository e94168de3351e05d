"""out[h] = softmax(scale * queries[h] @ keys.T) @ values: full attention, the context split between programs.

Grid of the first kernel: (splits, KV heads of all sequences). Each program holds the query rows of one KV head, padded
to the 16 rows of a matrix instruction, and walks its keys with a running maximum, so K and V are read once for the
whole group. The second kernel weighs the partial outputs of the splits: grid (query heads, parts of the dimension).
"""

import triton
import triton.language as tl


@triton.jit(do_not_specialize=["blocks"])
def attend_split(
    queries,  # float16 [heads, GROUP, DIM]
    keys,  # float16 [heads, context, DIM]
    values,  # float16 [heads, context, DIM]
    partial,  # float32 [heads, GROUP, splits, DIM]: sum of exp(score - maximum) * value
    maxima,  # float32 [heads, GROUP, splits]
    sums,  # float32 [heads, GROUP, splits]: sum of exp(score - maximum)
    scale,
    context,
    blocks,  # of one split
    GROUP: tl.constexpr,
    DIM: tl.constexpr,
    BLOCK: tl.constexpr,
):
    split = tl.program_id(0)
    head = tl.program_id(1).to(tl.int64)
    splits = tl.num_programs(0)
    rows = tl.arange(0, 16)
    dims = tl.arange(0, DIM)
    q = tl.load(queries + (head * GROUP + rows[:, None]) * DIM + dims[None, :], rows[:, None] < GROUP, 0.0)
    maximum = tl.full([16], float("-inf"), tl.float32)
    total = tl.zeros([16], tl.float32)
    out = tl.zeros([16, DIM], tl.float32)
    first = split * blocks
    for block in range(first, tl.minimum(first + blocks, tl.cdiv(context, BLOCK))):
        index = block * BLOCK + tl.arange(0, BLOCK)
        inside = index < context
        place = head * context * DIM + index[:, None] * DIM + dims[None, :]
        k = tl.load(keys + place, inside[:, None], 0.0)
        scores = tl.where(inside[None, :], tl.dot(q, tl.trans(k)) * scale, float("-inf"))
        new_maximum = tl.maximum(maximum, tl.max(scores, 1))
        shrink = tl.exp(maximum - new_maximum)
        weights = tl.exp(scores - new_maximum[:, None])
        total = total * shrink + tl.sum(weights, 1)
        v = tl.load(values + place, inside[:, None], 0.0)
        out = tl.dot(weights.to(tl.float16), v, out * shrink[:, None])
        maximum = new_maximum
    at = (head * GROUP + rows) * splits + split
    tl.store(maxima + at, maximum, rows < GROUP)
    tl.store(sums + at, total, rows < GROUP)
    tl.store(partial + at[:, None] * DIM + dims[None, :], out, rows[:, None] < GROUP)


@triton.jit(do_not_specialize=["splits"])
def merge_splits(
    partial,  # float32 [query heads, splits, DIM]
    maxima,  # float32 [query heads, splits]
    sums,  # float32 [query heads, splits]
    out,  # float16 [query heads, DIM]
    splits,
    DIM: tl.constexpr,
    PART: tl.constexpr,
    CHUNK: tl.constexpr,
):
    head = tl.program_id(0).to(tl.int64)
    dims = tl.program_id(1) * PART + tl.arange(0, PART)
    maximum = tl.full([CHUNK], -1.0e30, tl.float32)
    for start in range(0, splits, CHUNK):
        split = start + tl.arange(0, CHUNK)
        maximum = tl.maximum(maximum, tl.load(maxima + head * splits + split, split < splits, -1.0e30))
    top = tl.max(maximum, 0)
    total = tl.zeros([CHUNK], tl.float32)
    merged = tl.zeros([CHUNK, PART], tl.float32)
    for start in range(0, splits, CHUNK):
        split = start + tl.arange(0, CHUNK)
        inside = split < splits
        weight = tl.exp(tl.load(maxima + head * splits + split, inside, -1.0e30) - top)
        total += weight * tl.load(sums + head * splits + split, inside, 0.0)
        place = (head * splits + split[:, None]) * DIM + dims[None, :]
        merged += weight[:, None] * tl.load(partial + place, inside[:, None], 0.0)
    tl.store(out + head * DIM + dims, (tl.sum(merged, 0) / tl.sum(total, 0)).to(tl.float16))
