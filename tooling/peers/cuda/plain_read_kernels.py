"""sums[program] = sum of the program's 32-bit words: reads memory and does nothing else worth the name.

Grid: (spans of STEPS * BLOCK words, one or two buffers).
"""

import triton
import triton.language as tl


@triton.jit
def sum_words(
    first,  # int32 [words]
    second,  # int32 [words]
    sums,  # int64 [buffers, spans], right in their low 32 bits
    words,
    BLOCK: tl.constexpr,
    STEPS: tl.constexpr,
):
    span = tl.program_id(0).to(tl.int64)
    total = tl.zeros([BLOCK], tl.int32)
    if tl.program_id(1) == 0:
        for step in tl.static_range(STEPS):
            place = (span * STEPS + step) * BLOCK + tl.arange(0, BLOCK)
            total += tl.load(first + place, place < words, 0)
    else:
        for step in tl.static_range(STEPS):
            place = (span * STEPS + step) * BLOCK + tl.arange(0, BLOCK)
            total += tl.load(second + place, place < words, 0)
    tl.store(sums + tl.program_id(1) * tl.num_programs(0) + span, tl.sum(total.to(tl.int64), 0))
