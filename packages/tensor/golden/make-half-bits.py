"""Golden bits of f16 and bf16 rounding. f16 comes from numpy, bf16 from ml_dtypes.

Run: python make-half-bits.py   (needs numpy and ml_dtypes)
"""

import json
import pathlib
import platform

import ml_dtypes
import numpy as np

SEED = 20250605


def edge_words():
    """f32 bits around every place where rounding changes: exact, a tie, and one step to either side of it."""
    words = []
    f16_all = np.arange(0, 0x7C00, 37, dtype=np.uint16).view(np.float16).astype(np.float32)
    f16_edges = np.array([0, 1, 2, 0x3FE, 0x3FF, 0x400, 0x401, 0x7BFE, 0x7BFF], dtype=np.uint16)
    for value in np.concatenate([f16_all[::29], f16_edges.view(np.float16).astype(np.float32)]):
        word = int(np.float32(value).view(np.uint32))
        words += [word, word + 1, word + 0xFFF, word + 0x1000, word + 0x1001]
    half_subnormal = int(np.float32(2.0**-25).view(np.uint32))
    words += [half_subnormal - 1, half_subnormal, half_subnormal + 1]
    for value in [65503.99, 65504.0, 65519.99, 65520.0, 65536.0, 1e30, 3.3961775e38]:
        words.append(int(np.float32(value).view(np.uint32)))
    for high in [0x0000, 0x0001, 0x007F, 0x3F80, 0x3F81, 0x7F7E, 0x7F7F]:
        words += [high << 16, (high << 16) | 0x7FFF, (high << 16) | 0x8000, (high << 16) | 0x8001]
    words += [0x7F800000]
    return words


def main():
    rng = np.random.default_rng(SEED)
    positive = edge_words()
    random = rng.integers(0, 0x7F800000, 300)
    f16_range = rng.integers(0x33000000, 0x47800000, 300)
    words = np.unique(np.array([*positive, *random, *f16_range], dtype=np.uint32))
    words = np.concatenate([words, words | np.uint32(0x80000000)])
    values = words.view(np.float32)
    with np.errstate(over="ignore"):
        f16 = values.astype(np.float16).view(np.uint16)
        bf16 = values.astype(ml_dtypes.bfloat16).view(np.uint16)
    golden = {
        "generator": "make-half-bits.py",
        "tool": f"numpy {np.__version__}, ml_dtypes {ml_dtypes.__version__}, Python {platform.python_version()}",
        "seed": SEED,
        "f32Bits": words.tolist(),
        "f16Bits": f16.tolist(),
        "bf16Bits": bf16.tolist(),
    }
    lines = ",\n".join(f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in golden.items())
    path = pathlib.Path(__file__).with_name("half-bits.golden.json")
    path.write_text("{\n" + lines + "\n}\n")


main()
