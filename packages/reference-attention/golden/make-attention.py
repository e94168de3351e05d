"""Golden values of decode attention in numpy float64, written over whole [heads, keys] matrices, and of its float32
twin: numpy float32 with every sum in ascending order, exp, ln and tanh taken in float64 and rounded.

Run: python make-attention.py   (needs numpy)
"""

import json
import pathlib
import platform

import numpy as np

SEED = 2506_05300
HEAD_DIM = 8
CAPACITY = 40
GEOMETRIES = {"MHA": (4, 4), "GQA": (6, 2), "MQA": (4, 1)}
CONTEXT_LENGTHS = (1, 2, 33)
DROPPED = ("none", "renormalise", "mean-value")


def normal(rng, *shape, scale):
    """Normal float32 numbers, so that float64 and float32 start from the same inputs."""
    return rng.normal(0, scale, shape).astype(np.float32).astype(np.float64)


def short(array):
    """Nine significant digits tell every float32 apart: rounding them to float32 gives the number back."""
    return [float(f"{value:.9g}") for value in array.ravel()]


def rank_mask(weights, count):
    """The `count` heaviest of each head; a stable sort of the negated weights lets the lower index win."""
    order = np.argsort(-weights, axis=1, kind="stable")
    mask = np.zeros(weights.shape, bool)
    np.put_along_axis(mask, order[:, :count], True, axis=1)
    return mask


def top_p_mask(weights, mass):
    order = np.argsort(-weights, axis=1, kind="stable")
    ranked = np.take_along_axis(weights, order, axis=1)
    before = np.cumsum(ranked, axis=1) - ranked
    mask = np.zeros(weights.shape, bool)
    np.put_along_axis(mask, order, before < mass, axis=1)
    return mask


def blasst_mask(scores, numerator, block):
    heads, keys = scores.shape
    padded = np.full((heads, -(-keys // block) * block), -np.inf)
    padded[:, :keys] = scores
    maxima = padded.reshape(heads, -1, block).max(axis=2)
    running = np.maximum.accumulate(maxima, axis=1)
    passing = maxima - running >= np.log(min(1, numerator / keys))
    return np.repeat(passing, block, axis=1)[:, :keys]


def keep_mask(rule, scores, weights):
    heads, keys = scores.shape
    index = np.arange(keys)
    if rule["kind"] == "full":
        return np.ones(scores.shape, bool)
    if rule["kind"] == "top-k" and "fraction" in rule:
        return rank_mask(weights, max(1, int(np.ceil(rule["fraction"] * keys))))
    if rule["kind"] == "top-k":
        counts = np.broadcast_to(rule["k"], heads)
        return np.stack([rank_mask(weights[h : h + 1], counts[h])[0] for h in range(heads)])
    if rule["kind"] == "sift":
        exempt = (index < rule.get("keepFirst", 0)) | (index >= keys - rule.get("keepLast", 0))
        above = np.log(weights) >= np.broadcast_to(rule["logThresholds"], heads)[:, None]
        return above | exempt
    if rule["kind"] == "sliding-window":
        near = (index < rule["sinks"]) | (index >= keys - rule["window"])
        return np.broadcast_to(near, scores.shape)
    if rule["kind"] == "top-p":
        return top_p_mask(weights, rule["mass"])
    return blasst_mask(scores, rule["numerator"], rule.get("blockSize", 1))


def attend(inputs, call):
    heads, kv_heads = call["queryHeads"], call["kvHeads"]
    n, group = call["contextLength"], heads // kv_heads
    q = inputs["query"]
    k = np.repeat(inputs["keys"][:, :n], group, axis=0)
    v = np.repeat(inputs["values"][:, :n], group, axis=0)
    scores = np.einsum("hd,hnd->hn", q, k) * call.get("scale", HEAD_DIM**-0.5)
    if "softCap" in call:
        scores = call["softCap"] * np.tanh(scores / call["softCap"])
    shifted = np.exp(scores - scores.max(axis=1, keepdims=True))
    weights = shifted / shifted.sum(axis=1, keepdims=True)
    log_sum_exp = np.log(np.exp(scores).sum(axis=1))
    kept = keep_mask(call["rule"], scores, weights)
    dropped_mass = np.where(kept, 0, weights).sum(axis=1)
    output = np.einsum("hn,hnd->hd", np.where(kept, weights, 0), v)
    rule = call["rule"].get("droppedMass", "none")
    if rule == "renormalise":
        mass = np.where(kept, weights, 0).sum(axis=1, keepdims=True)
        output = np.divide(output, mass, out=np.zeros_like(output), where=mass > 0)
    if rule == "mean-value":
        output = output + dropped_mass[:, None] * v.mean(axis=1)
    union = kept.reshape(kv_heads, group, n).any(axis=1)
    return {
        "output": output.ravel().tolist(),
        "logSumExp": log_sum_exp.tolist(),
        "droppedMass": dropped_mass.tolist(),
        "keptKeys": [np.flatnonzero(row).tolist() for row in kept],
        "unionKept": union.sum(axis=1).tolist(),
        "median": np.sort(weights, axis=1)[:, min(n - 1, n // 2)].tolist(),
    }


def rounded(function, x):
    with np.errstate(divide="ignore"):
        return function(x.astype(np.float64)).astype(np.float32)


def sum32(terms):
    """Sum along the last axis, one float32 addition after the other."""
    total = np.zeros(terms.shape[:-1], np.float32)
    for at in range(terms.shape[-1]):
        total = total + terms[..., at]
    return total


def log_sum_exp32(scores, counted):
    maximum = np.where(counted, scores, np.float32(-np.inf)).max(axis=1)
    terms = rounded(np.exp, scores - maximum[:, None])
    return maximum + rounded(np.log, sum32(np.where(counted, terms, np.float32(0))))


def attend32(inputs, call):
    heads, n, group = call["queryHeads"], call["contextLength"], call["queryHeads"] // call["kvHeads"]
    q = inputs["query"].astype(np.float32)
    k = np.repeat(inputs["keys"][:, :n], group, axis=0).astype(np.float32)
    v = np.repeat(inputs["values"][:, :n], group, axis=0).astype(np.float32)
    scores = sum32(q[:, None] * k) * np.float32(call.get("scale", HEAD_DIM**-0.5))
    if "softCap" in call:
        cap = np.float32(call["softCap"])
        scores = cap * rounded(np.tanh, scores / cap)
    total = log_sum_exp32(scores, np.ones(scores.shape, bool))
    log_weights = scores - total[:, None]
    weights = rounded(np.exp, log_weights)
    index = np.arange(n)
    rule = call["rule"]
    thresholds = np.broadcast_to(rule.get("logThresholds", -np.inf), heads).astype(np.float32)
    exempt = (index < rule.get("keepFirst", 0)) | (index >= n - rule.get("keepLast", 0))
    kept = (log_weights >= thresholds[:, None]) | exempt
    zero = np.float32(0)
    dropped_mass = sum32(np.where(kept, zero, weights))
    factors = weights
    if rule.get("droppedMass") == "renormalise" and kept.any():
        factors = rounded(np.exp, scores - log_sum_exp32(scores, kept)[:, None])
    values = np.moveaxis(v, 1, 2)
    output = sum32(np.where(kept[:, None], factors[:, None] * values, zero))
    if rule.get("droppedMass") == "mean-value":
        fill = dropped_mass[:, None] * (sum32(values) / np.float32(n))
        output = np.where(kept.all(axis=1)[:, None], output, output + fill)
    assert all(array.dtype == np.float32 for array in (scores, total, log_weights, output, dropped_mass))
    return {
        "output": short(output),
        "scores": short(scores) if rule["kind"] == "full" else None,
        "logSumExp": short(total),
        "droppedMass": short(dropped_mass),
        "kept": kept.sum(axis=1).tolist(),
    }


def rules(heads):
    thresholds = [round(-2.5 - 0.37 * h, 2) for h in range(heads)]
    yield {"kind": "full"}
    for dropped in DROPPED:
        yield {"kind": "top-k", "k": 5, "droppedMass": dropped}
        yield {"kind": "sift", "logThresholds": thresholds, "droppedMass": dropped}
        yield {"kind": "sift", "logThresholds": 0.5, "droppedMass": dropped}
        yield {"kind": "sliding-window", "sinks": 2, "window": 6, "droppedMass": dropped}
    yield {"kind": "top-k", "k": [1 + 3 * h for h in range(heads)]}
    yield {"kind": "top-k", "fraction": 0.25, "droppedMass": "mean-value"}
    yield {"kind": "sift", "logThresholds": -2.0, "keepFirst": 2, "keepLast": 3, "droppedMass": "mean-value"}
    yield {"kind": "top-p", "mass": 0.8, "droppedMass": "renormalise"}
    yield {"kind": "blasst", "numerator": 3, "droppedMass": "renormalise"}
    yield {"kind": "blasst", "numerator": 12, "blockSize": 4, "droppedMass": "renormalise"}


def main():
    rng = np.random.default_rng(SEED)
    groups = []
    for name, (heads, kv_heads) in GEOMETRIES.items():
        inputs = {
            "query": normal(rng, heads, HEAD_DIM, scale=1.5),
            "keys": normal(rng, kv_heads, CAPACITY, HEAD_DIM, scale=1.0),
            "values": normal(rng, kv_heads, CAPACITY, HEAD_DIM, scale=1.0),
        }
        cases = []
        for n in CONTEXT_LENGTHS:
            calls = [{"rule": rule} for rule in rules(heads)]
            calls.append({"rule": {"kind": "full"}, "scale": 0.125, "softCap": 2.0})
            for extra in calls:
                call = {"queryHeads": heads, "kvHeads": kv_heads, "contextLength": n, **extra}
                case = {"call": call, "expected": attend(inputs, call)}
                if call["rule"]["kind"] in ("full", "sift"):
                    case["float32"] = attend32(inputs, call)
                cases.append(case)
        flat = {key: short(array) for key, array in inputs.items()}
        groups.append({"name": name, "inputs": flat, "cases": cases})
    header = {
        "generator": "make-attention.py",
        "tool": f"numpy {np.__version__}, Python {platform.python_version()}",
        "seed": SEED,
        "headDim": HEAD_DIM,
        "capacity": CAPACITY,
    }
    lines = [f"  {json.dumps(key)}: {json.dumps(value)}," for key, value in header.items()]
    lines.append('  "groups": [')
    for at, group in enumerate(groups):
        lines.append(f'    {{ "name": {json.dumps(group["name"])}, "inputs": {json.dumps(group["inputs"])}, "cases": [')
        cases = [f"      {json.dumps(case)}" for case in group["cases"]]
        lines.append(",\n".join(cases))
        lines.append("    ] }" + ("," if at + 1 < len(groups) else ""))
    lines.append("  ]")
    path = pathlib.Path(__file__).with_name("attention.golden.json")
    path.write_text("{\n" + "\n".join(lines) + "\n}\n")


main()
