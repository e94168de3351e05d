"""Ceilings: how fast the same bytes are read, or copied, when nothing is computed from them."""

import torch
import triton

from contestant import Contestant, WrongResult
from plain_read_kernels import sum_words

# (words a load, loads a program, warps)
CONFIGS = ((2048, 4, 4), (4096, 4, 8), (1024, 8, 4), (4096, 8, 8))


def read_contestant(data, buffers: int) -> Contestant:
    """Reads the keys, or with two buffers the keys and the values."""
    name = "read-keys" if buffers == 1 else "read-keys-values"
    words = [tensor.flatten(1).view(torch.int32) for tensor in (data.keys, data.values)]
    variants = {
        f"{block * steps} words, {warps} warps": read_launch(words, buffers, block, steps, warps)
        for block, steps, warps in CONFIGS
    }
    truth = [low_bits(side[0].sum(dtype=torch.int64)) for side in words[:buffers]]

    def verify(sums: torch.Tensor) -> float:
        found = [low_bits(side.sum()) for side in sums]
        if found != truth:
            raise WrongResult(f"{name}: expected sums {truth}, got {found}")
        return 0.0

    return Contestant(name, 1.0, buffers * words[0][0].nbytes, variants, verify)


def low_bits(total: torch.Tensor) -> int:
    return int(total) & 0xFFFFFFFF


def read_launch(words, buffers: int, block: int, steps: int, warps: int):
    length = words[0].shape[1]
    spans = triton.cdiv(length, block * steps)
    sums = torch.empty(buffers, spans, dtype=torch.int64, device=words[0].device)

    def launch(index: int) -> torch.Tensor:
        sum_words[(spans, buffers)](
            words[0][index], words[1][index], sums, length, BLOCK=block, STEPS=steps, num_warps=warps
        )
        return sums

    return launch


def copy_contestant(data) -> Contestant:
    """Copies the keys of one set over the values of none: every byte read once and written once."""
    target = torch.empty_like(data.keys[0])

    def launch(index: int) -> torch.Tensor:
        return target.copy_(data.keys[index])

    def verify(copied: torch.Tensor) -> float:
        if not torch.equal(copied, data.keys[0]):
            raise WrongResult("copy: expected equal keys")
        return 0.0

    return Contestant("copy-keys", 1.0, 2 * target.nbytes, {"copy_": launch}, verify)
