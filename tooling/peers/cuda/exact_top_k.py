"""Exact top-k attention in PyTorch: scores, the k largest of each query head, softmax over them, weighted sum.

- gather: reads the chosen value rows of each query head.
- scatter: writes the weights back to their places and multiplies by all value rows, which the group shares.
"""

import torch


def top_weights(queries, keys, k: int):
    """float16 weights and places of the k largest, [batch, kv heads, group, k]."""
    top = torch.topk(queries @ keys.mT, k, dim=-1, sorted=False)
    return torch.softmax(top.values.float() * queries.shape[-1] ** -0.5, -1).half(), top.indices


def gather(queries, keys, values, starts, k: int):
    weights, places = top_weights(queries, keys, k)
    dim = queries.shape[-1]
    rows = values.view(-1, dim).index_select(0, (places + starts).flatten())
    return (weights.view(-1, 1, k) @ rows.view(-1, k, dim)).view(queries.shape)


def scatter(queries, keys, values, starts, k: int):
    weights, places = top_weights(queries, keys, k)
    spread = torch.zeros(*queries.shape[:3], keys.shape[2], dtype=torch.float16, device=queries.device)
    return spread.scatter_(-1, places, weights) @ values


FORMULATIONS = (gather, scatter)


def top_k_variants(data, k: int):
    return {formulation.__name__: top_k_launch(data, k, formulation) for formulation in FORMULATIONS}


def compiled_top_k_variants(data, k: int):
    """The same through torch.compile; the first launch of each compiles.

    Sizes are constants in it, so earlier cases are forgotten first: past a few compilations PyTorch runs eagerly.
    """
    torch.compiler.reset()
    return {
        formulation.__name__: top_k_launch(data, k, torch.compile(formulation, dynamic=False))
        for formulation in FORMULATIONS
    }


def top_k_launch(data, k: int, formulation):
    batch, kv_heads, _, _ = data.queries.shape
    heads = torch.arange(batch * kv_heads, device=data.queries.device)
    starts = heads.view(batch, kv_heads, 1, 1) * data.context

    def launch(index: int) -> torch.Tensor:
        return formulation(data.queries, data.keys[index], data.values[index], starts, k)

    return launch
