"""Full attention by split_decode_kernels, at several block and split sizes."""

import torch
import triton

from split_decode_kernels import attend_split, merge_splits

# (keys a block, warps, pipeline stages)
CONFIGS = ((64, 4, 3), (64, 4, 4), (128, 4, 3), (128, 8, 3))
PROGRAMS_PER_MULTIPROCESSOR = (1, 2, 4, 8)


def split_blocks(context: int, heads: int, block: int, programs: int) -> tuple[int, int]:
    """How many splits, of how many blocks each, spread `heads` contexts over about `programs` programs."""
    blocks = triton.cdiv(context, block)
    wanted = max(1, min(blocks, round(programs / heads)))
    per_split = triton.cdiv(blocks, wanted)
    return triton.cdiv(blocks, per_split), per_split


def full_variants(data, multiprocessors: int):
    """Launches by label, without two that split alike."""
    batch, kv_heads, _, _ = data.queries.shape
    variants, seen = {}, set()
    for config in CONFIGS:
        for share in PROGRAMS_PER_MULTIPROCESSOR:
            splits = split_blocks(data.context, batch * kv_heads, config[0], share * multiprocessors)
            if (config, splits) in seen:
                continue
            seen.add((config, splits))
            block, warps, stages = config
            label = f"block {block}, {warps} warps, {stages} stages, {splits[0]} splits"
            variants[label] = full_launch(data, config, splits)
    return variants


def full_launch(data, config, split):
    batch, kv_heads, group, dim = data.queries.shape
    block, warps, stages = config
    splits, blocks = split
    heads, device = batch * kv_heads, data.queries.device
    partial = torch.empty(heads, group, splits, dim, device=device)
    maxima = torch.empty(heads, group, splits, device=device)
    sums = torch.empty_like(maxima)
    out = torch.empty_like(data.queries)

    def launch(index: int) -> torch.Tensor:
        attend_split[(splits, heads)](
            data.queries, data.keys[index], data.values[index], partial, maxima, sums,
            dim**-0.5, data.context, blocks,
            GROUP=group, DIM=dim, BLOCK=block, num_warps=warps, num_stages=stages,
        )  # fmt: skip
        merge_splits[(heads * group, dim // 32)](
            partial, maxima, sums, out, splits, DIM=dim, PART=32, CHUNK=32, num_warps=4
        )
        return out

    return launch
