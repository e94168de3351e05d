"""Full attention through PyTorch's scaled_dot_product_attention, one backend forced, in each layout that means decode.

- folded: the query heads of a KV head become query rows, [batch, kv heads, group, dim] against
  [batch, kv heads, context, dim], without a mask: the library shares each key between the rows.
- grouped: [batch, query heads, 1, dim] with enable_gqa, the layout models use.
- repeated: one batch entry a KV head, keys expanded over the group with stride 0.
"""

import torch
import torch.nn.functional as F
from torch.nn.attention import SDPBackend, sdpa_kernel

BACKENDS = {"cudnn-full": SDPBackend.CUDNN_ATTENTION, "flash-full": SDPBackend.FLASH_ATTENTION}


def folded(queries, keys, values):
    return F.scaled_dot_product_attention(queries, keys, values)


def grouped(queries, keys, values):
    one_token = queries.flatten(1, 2).unsqueeze(2)
    out = F.scaled_dot_product_attention(one_token, keys, values, enable_gqa=queries.shape[2] > 1)
    return out.view(queries.shape)


def repeated(queries, keys, values):
    one_token = queries.flatten(0, 1).unsqueeze(2)
    spread = (tensor.flatten(0, 1).unsqueeze(1).expand(-1, queries.shape[2], -1, -1) for tensor in (keys, values))
    return F.scaled_dot_product_attention(one_token, *spread).view(queries.shape)


def library_variants(data, backend: SDPBackend | None):
    """Launches by layout; without a backend PyTorch chooses one, which is how the layouts are checked without a GPU."""
    layouts = (folded, grouped, repeated) if data.queries.shape[2] > 1 else (folded,)
    return {layout.__name__: library_launch(data, backend, layout) for layout in layouts}


def library_launch(data, backend: SDPBackend | None, layout):
    def launch(index: int) -> torch.Tensor:
        if backend is None:
            return layout(data.queries, data.keys[index], data.values[index])
        with sdpa_kernel(backend):
            return layout(data.queries, data.keys[index], data.values[index])

    return launch
