"""Sifted attention by sift_score_kernels and sift_gather_kernels: workspaces, launches, the sizes tried."""

from dataclasses import dataclass

import torch
import triton

from sift_gather_kernels import gather_compacted, gather_masked, merge_sums
from sift_score_kernels import score_lanes, score_tiles
from split_decode import split_blocks

# (keys a block, blocks a tile, warps, pipeline stages); 0 stages: the form without shared memory, one block a tile
SCORE_CONFIGS = (
    (64, 8, 4, 4),
    (128, 4, 4, 3),
    (128, 8, 4, 3),
    (64, 4, 4, 3),
    (64, 1, 4, 0),
    (128, 1, 4, 0),
    (128, 1, 8, 0),
)
# (form, keys a block, warps, pipeline stages)
GATHER_CONFIGS = (
    ("compacted", 64, 4, 3),
    ("compacted", 64, 4, 5),
    ("compacted", 32, 4, 5),
    ("compacted", 64, 8, 5),
    ("masked", 64, 4, 3),
    ("masked", 128, 4, 3),
)
PROGRAMS_PER_MULTIPROCESSOR = (2, 4, 8)
LIST_KEYS = 1024
STATISTICS_CHUNK = 128


@dataclass(frozen=True)
class SiftCounts:
    """What merge_sums leaves beside the output, of the last launch."""

    dropped: torch.Tensor
    """float32 [batch, kv heads, group]"""
    kept: torch.Tensor
    """int32 [batch, kv heads, group]"""
    union: torch.Tensor
    """int32 [batch, kv heads]"""


class SiftWorkspace:
    """Buffers one case needs, shared by all its configurations."""

    def __init__(self, data):
        batch, kv_heads, group, dim = data.queries.shape
        device = data.queries.device
        self.heads, self.group, self.dim = batch * kv_heads, group, dim
        self.scores = torch.empty(self.heads, group, data.context, device=device)
        self.survivors = torch.empty(self.heads, data.context, dtype=torch.int32, device=device)
        self.out = torch.empty_like(data.queries)
        rows = (batch, kv_heads, group)
        self.counts = SiftCounts(
            torch.empty(rows, device=device),
            torch.empty(rows, dtype=torch.int32, device=device),
            torch.empty(rows[:2], dtype=torch.int32, device=device),
        )

    def row_tensor(self, *shape: int, dtype=torch.float32) -> torch.Tensor:
        return torch.empty(self.heads, *shape, dtype=dtype, device=self.scores.device)


class ScorePass:
    """Kernel 1 at one configuration, with the tile statistics it leaves."""

    def __init__(self, data, workspace: SiftWorkspace, config):
        self.data, self.workspace, self.config = data, workspace, config
        block, steps, _, _ = config
        self.tiles = triton.cdiv(data.context, block * steps)
        self.tile_max = workspace.row_tensor(workspace.group, self.tiles)
        self.tile_sum = workspace.row_tensor(workspace.group, self.tiles)

    def __call__(self, index: int) -> torch.Tensor:
        data, space = self.data, self.workspace
        block, steps, warps, stages = self.config
        grid = (self.tiles, space.heads)
        common = (
            data.queries, data.keys[index], space.scores, self.tile_max, self.tile_sum,
            space.dim**-0.5, data.context, self.tiles,
        )  # fmt: skip
        sizes = {"GROUP": space.group, "DIM": space.dim, "BLOCK": block, "num_warps": warps}
        if stages == 0:
            score_lanes[grid](*common, **sizes)
        else:
            score_tiles[grid](*common, **sizes, STEPS=steps, num_stages=stages)
        return space.scores

    def __str__(self) -> str:
        block, steps, warps, stages = self.config
        form = f"{stages} stages" if stages else "lanes"
        return f"tile {block * steps}, block {block}, {warps} warps, {form}"


def score_passes(data, workspace: SiftWorkspace) -> dict[str, ScorePass]:
    passes = (ScorePass(data, workspace, config) for config in SCORE_CONFIGS)
    return {str(each): each for each in passes}


def sift_variants(data, workspace: SiftWorkspace, score_pass: ScorePass, fraction: float, multiprocessors: int):
    """All three kernels by label, after `score_pass`, without two that split alike."""
    log_thresholds = data.log_thresholds(fraction)
    variants, seen = {}, set()
    for config in GATHER_CONFIGS:
        unit = LIST_KEYS if config[0] == "compacted" else config[1]
        for share in PROGRAMS_PER_MULTIPROCESSOR:
            split = split_blocks(data.context, workspace.heads, unit, share * multiprocessors)
            if (config, split) in seen:
                continue
            seen.add((config, split))
            form, block, warps, stages = config
            label = f"{form} {block}, {warps} warps, {stages} stages, {split[0]} splits; {score_pass}"
            variants[label] = sift_launch(data, workspace, score_pass, log_thresholds, config, split)
    return variants


def sift_launch(data, space: SiftWorkspace, score_pass: ScorePass, log_thresholds, config, split):
    form, block, warps, stages = config
    splits, blocks = split
    partial = (
        space.row_tensor(space.group, splits, space.dim),
        space.row_tensor(space.group, splits),
        space.row_tensor(space.group, splits, dtype=torch.int32),
        space.row_tensor(splits, dtype=torch.int32),
    )
    statistics = (space.scores, score_pass.tile_max, score_pass.tile_sum, log_thresholds)
    lengths = (data.context, score_pass.tiles, blocks)
    sizes = {"GROUP": space.group, "DIM": space.dim, "BLOCK": block, "CHUNK": STATISTICS_CHUNK}
    options = {"num_warps": warps, "num_stages": stages}
    grid = (splits, space.heads)
    counts = space.counts

    def launch(index: int) -> torch.Tensor:
        score_pass(index)
        values = data.values[index]
        if form == "compacted":
            gather_compacted[grid](
                values, *statistics, space.survivors, *partial, *lengths, **sizes, LIST=LIST_KEYS, **options
            )
        else:
            gather_masked[grid](values, *statistics, *partial, *lengths, **sizes, **options)
        merge_sums[(space.heads * space.group, space.dim // 32)](
            *partial, space.out, counts.dropped, counts.kept, counts.union, splits,
            GROUP=space.group, DIM=space.dim, PART=32, CHUNK=32, num_warps=4,
        )  # fmt: skip
        return space.out

    return launch
