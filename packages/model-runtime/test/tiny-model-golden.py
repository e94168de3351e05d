"""Logits of the tiny random models of tiny-model.ts, by an implementation of its own in numpy.

Run: python tiny-model-golden.py > tiny-model.golden.json

Everything is computed twice: in float64, which is the golden value, and in float32, whose distance to it is what
honest rounding costs.
"""

import json
import math
import platform
import sys
import zlib

import numpy

TOKENS = [(7 * i * i + 3 * i + 5) % 67 for i in range(24)]
REPORTED = [0, 1, 7, 23]
GREEDY = 16

BASE = dict(
    vocabularySize=67, hiddenSize=32, feedForwardSize=48, layers=2, queryHeads=4, kvHeads=2, headDim=8,
    normEpsilon=1e-5, theta=10000.0, dimensions=8, layout="half", scaling=dict(kind="none"), tied=True, biases=False,
)
VARIANTS = {
    "half, grouped, tied": {},
    "interleaved, grouped, untied, llama3": dict(
        layout="interleaved", tied=False, theta=500000.0,
        scaling=dict(kind="llama3", factor=8, lowFrequencyFactor=1, highFrequencyFactor=4, originalContextLength=16),
    ),
    "half, one KV head a query head, partial rotary, linear, biases": dict(
        kvHeads=4, dimensions=4, tied=False, biases=True, scaling=dict(kind="linear", factor=2.5),
    ),
    "interleaved, one KV head, factors": dict(
        layout="interleaved", kvHeads=1, scaling=dict(kind="factors", factors=[1, 1.5, 3, 8]),
    ),
}


def mulberry32(seed):
    state = seed & 0xFFFFFFFF
    while True:
        state = (state + 0x6D2B79F5) & 0xFFFFFFFF
        mixed = ((state ^ (state >> 15)) * (state | 1)) & 0xFFFFFFFF
        mixed ^= (mixed + (((mixed ^ (mixed >> 7)) * (mixed | 61)) & 0xFFFFFFFF)) & 0xFFFFFFFF
        yield ((mixed ^ (mixed >> 14)) & 0xFFFFFFFF) / 2**32


def tensor(name, shape, low, high):
    """Uniform numbers whose seed is the CRC-32 of the tensor's name."""
    stream = mulberry32(zlib.crc32(name.encode()))
    count = math.prod(shape)
    numbers = [low + (high - low) * next(stream) for _ in range(count)]
    return numpy.array(numbers, dtype=numpy.float32).reshape(shape)


def frequencies(c):
    scaling = c["scaling"]
    result = []
    for i in range(c["dimensions"] // 2):
        f = c["theta"] ** (-2 * i / c["dimensions"])
        if scaling["kind"] == "linear":
            f /= scaling["factor"]
        elif scaling["kind"] == "factors":
            f /= scaling["factors"][i]
        elif scaling["kind"] == "llama3":
            wavelength = 2 * math.pi / f
            original = scaling["originalContextLength"]
            low, high = scaling["lowFrequencyFactor"], scaling["highFrequencyFactor"]
            if wavelength > original / low:
                f /= scaling["factor"]
            elif wavelength >= original / high:
                smooth = (original / wavelength - low) / (high - low)
                f = (1 - smooth) * f / scaling["factor"] + smooth * f
        result.append(f)
    return numpy.array(result)


def rotate(x, c):
    """x: [tokens, heads, headDim]."""
    angles = numpy.arange(x.shape[0])[:, None] * frequencies(c)[None, :]
    cos, sin = numpy.cos(angles).astype(x.dtype)[:, None, :], numpy.sin(angles).astype(x.dtype)[:, None, :]
    turned, rest = x[..., : c["dimensions"]], x[..., c["dimensions"] :]
    if c["layout"] == "half":
        a, b = numpy.split(turned, 2, axis=-1)
        turned = numpy.concatenate([a * cos - b * sin, b * cos + a * sin], axis=-1)
    else:
        a, b = turned[..., 0::2], turned[..., 1::2]
        turned = numpy.stack([a * cos - b * sin, b * cos + a * sin], axis=-1).reshape(turned.shape)
    return numpy.concatenate([turned, rest], axis=-1)


def forward(c, tokens, dtype):
    hidden_size, head_dim = c["hiddenSize"], c["headDim"]
    query_heads, kv_heads = c["queryHeads"], c["kvHeads"]

    def weight(name, *shape):
        spread = 0.5 if ("q_proj" in name or "k_proj" in name) else 0.25
        return tensor(name, shape, -spread, spread).astype(dtype)

    def norm(x, name):
        scale = tensor(name, (hidden_size,), 0.75, 1.25).astype(dtype)
        return x / numpy.sqrt((x * x).mean(axis=-1, keepdims=True) + dtype(c["normEpsilon"])) * scale

    def linear(x, name, outputs):
        y = x @ weight(f"{name}.weight", outputs, x.shape[-1]).T
        return y + weight(f"{name}.bias", outputs) if c["biases"] else y

    embedding = weight("model.embed_tokens.weight", c["vocabularySize"], hidden_size)
    x = embedding[tokens]
    n = len(tokens)
    for layer in range(c["layers"]):
        p = f"model.layers.{layer}"
        y = norm(x, f"{p}.input_layernorm.weight")
        q = linear(y, f"{p}.self_attn.q_proj", query_heads * head_dim).reshape(n, query_heads, head_dim)
        k = linear(y, f"{p}.self_attn.k_proj", kv_heads * head_dim).reshape(n, kv_heads, head_dim)
        v = linear(y, f"{p}.self_attn.v_proj", kv_heads * head_dim).reshape(n, kv_heads, head_dim)
        q, k = rotate(q, c), rotate(k, c)
        out = numpy.empty_like(q)
        for head in range(query_heads):
            shared = head // (query_heads // kv_heads)
            scores = (q[:, head] @ k[:, shared].T) * dtype(head_dim**-0.5)
            scores = numpy.where(numpy.tril(numpy.ones((n, n), dtype=bool)), scores, dtype(-numpy.inf))
            weights = numpy.exp(scores - scores.max(axis=-1, keepdims=True))
            out[:, head] = (weights / weights.sum(axis=-1, keepdims=True)) @ v[:, shared]
        x = x + linear(out.reshape(n, -1), f"{p}.self_attn.o_proj", hidden_size)
        y = norm(x, f"{p}.post_attention_layernorm.weight")
        gate = linear(y, f"{p}.mlp.gate_proj", c["feedForwardSize"])
        up = linear(y, f"{p}.mlp.up_proj", c["feedForwardSize"])
        x = x + linear(gate / (1 + numpy.exp(-gate)) * up, f"{p}.mlp.down_proj", hidden_size)
    x = norm(x, "model.norm.weight")
    head = embedding if c["tied"] else weight("lm_head.weight", c["vocabularySize"], hidden_size)
    return x @ head.T


def greedy(c):
    tokens, margins = list(TOKENS), []
    for _ in range(GREEDY):
        last = forward(c, tokens, numpy.float64)[-1]
        best, second = numpy.argsort(-last, kind="stable")[:2]
        margins.append(float(last[best] - last[second]))
        tokens.append(int(best))
    return tokens[len(TOKENS) :], min(margins)


def case(label, changes):
    c = {**BASE, **changes}
    exact = forward(c, TOKENS, numpy.float64)
    rounded = forward(c, TOKENS, numpy.float32)
    ids, margin = greedy(c)
    return dict(
        label=label,
        config=c,
        rows=REPORTED,
        logits=[[float(f"{v:.12g}") for v in exact[row]] for row in REPORTED],
        float32Error=float(numpy.abs(rounded - exact).max()),
        greedy=ids,
        smallestMargin=margin,
    )


json.dump(
    dict(
        about="logits after the given rows, float64; float32Error: largest distance of the same in float32",
        generator="tiny-model-golden.py",
        tool=f"numpy {numpy.__version__}, Python {platform.python_version()}",
        tokens=TOKENS,
        cases=[case(label, changes) for label, changes in VARIANTS.items()],
    ),
    sys.stdout,
)
print()
