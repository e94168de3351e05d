"""Writes unpack.golden.json: blocks of every format and their numbers by the gguf package's dequantize.

Needs: pip install gguf numpy. Run: python unpack-golden.py
"""

import base64
import importlib.metadata
import json
import pathlib

import numpy as np
from gguf import GGMLQuantizationType, GGML_QUANT_SIZES
from gguf.quants import dequantize, quantize

SEED = 20250607
ROWS, COLUMNS = 2, 512
TYPES = ["F16", "BF16", "Q8_0", "Q4_0", "Q4_1", "Q5_0", "Q4_K", "Q6_K"]
HALVES = {"Q8_0": [0], "Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q4_K": [0, 2], "Q6_K": [208]}


def random_blocks(kind, random):
    """Random bits are valid blocks once their f16 factors are ordinary numbers."""
    numbers, size = GGML_QUANT_SIZES[kind]
    blocks = random.integers(0, 256, (ROWS * COLUMNS // numbers, size), dtype=np.uint8)
    for at in HALVES[kind.name]:
        factors = random.normal(0, 0.1, len(blocks)).astype(np.float16)
        blocks[:, at : at + 2] = factors.view(np.uint8).reshape(-1, 2)
    return blocks.reshape(ROWS, -1)


def main():
    random = np.random.default_rng(SEED)
    cases = []
    for name in TYPES:
        kind = GGMLQuantizationType[name]
        if name in HALVES:
            stored = random_blocks(kind, random)
        else:
            stored = quantize(random.normal(0, 1, (ROWS, COLUMNS)).astype(np.float32), kind)
        numbers = dequantize(stored.view(np.float16) if name == "F16" else stored, kind)
        cases.append(
            {
                "format": name.lower(),
                "count": ROWS * COLUMNS,
                "bytes": base64.b64encode(stored.tobytes()).decode(),
                "numbers": base64.b64encode(numbers.astype("<f4").tobytes()).decode(),
            }
        )
    golden = {
        "tool": "gguf " + importlib.metadata.version("gguf") + ", numpy " + np.__version__,
        "generator": "unpack-golden.py",
        "seed": SEED,
        "cases": cases,
    }
    path = pathlib.Path(__file__).with_name("unpack.golden.json")
    path.write_text(json.dumps(golden, indent=1) + "\n")


main()
