"""Speed of PyTorch transformers on a CUDA device, random weights of a named shape (speed does not depend on them).

    python3 transformers-speed.py --shape smollm2-135m --json out.json [--compile]

Prints and writes, for each context: prefill and decode tokens per second, medians with the smallest and the largest.
Decode is greedy over a static cache; with --compile the step is compiled with CUDA graphs.
"""

import argparse
import json
import statistics
import time

import torch
from transformers import LlamaConfig, LlamaForCausalLM, StaticCache

SHAPES = {
    "smollm2-135m": dict(
        hidden_size=576,
        intermediate_size=1536,
        num_hidden_layers=30,
        num_attention_heads=9,
        num_key_value_heads=3,
        vocab_size=49152,
        max_position_embeddings=8192,
        rope_theta=100000.0,
        tie_word_embeddings=True,
    ),
}


def seconds(work):
    torch.cuda.synchronize()
    begun = time.perf_counter()
    result = work()
    torch.cuda.synchronize()
    return time.perf_counter() - begun, result


def decode(step, ids, position, tokens):
    for _ in range(tokens):
        logits = step(ids, position)
        ids.copy_(logits[:, -1].argmax(-1, keepdim=True))
        position += 1


@torch.no_grad()
def measure(model, context, batch, tokens, repeats, compiled):
    prefills, decodes = [], []
    for _ in range(repeats + 1):
        cache = StaticCache(config=model.config, max_cache_len=context + 2 * tokens)
        prompt = (torch.arange(context, device="cuda") * 7919 % 49000 + 5).repeat(batch, 1)
        arange = torch.arange(context, device="cuda")
        prefill_s, output = seconds(
            lambda: model(prompt, past_key_values=cache, cache_position=arange, logits_to_keep=1)
        )
        ids = output.logits[:, -1].argmax(-1, keepdim=True).clone()
        position = torch.tensor([context], device="cuda")

        def forward(ids, position):
            return model(ids, past_key_values=cache, cache_position=position).logits

        step = torch.compile(forward, mode="reduce-overhead") if compiled else forward
        decode(step, ids, position, 4)
        decode_s, _ = seconds(lambda: decode(step, ids, position, tokens))
        prefills.append(batch * context / prefill_s)
        decodes.append(batch * tokens / decode_s)
    prefills, decodes = prefills[1:], decodes[1:]
    return {
        "contextLength": context,
        "batch": batch,
        "prefillTokensPerSecond": statistics.median(prefills),
        "decodeTokensPerSecond": statistics.median(decodes),
        "decodeLowest": min(decodes),
        "decodeHighest": max(decodes),
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--shape", default="smollm2-135m", choices=SHAPES)
    parser.add_argument("--contexts", type=int, nargs="+", default=[512, 1024, 2048, 4096, 7900])
    parser.add_argument("--batches", type=int, nargs="+", default=[1])
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--compile", action="store_true")
    parser.add_argument("--budget-seconds", type=float, default=60)
    parser.add_argument("--json")
    settings = parser.parse_args()
    torch.manual_seed(0)
    config = LlamaConfig(**SHAPES[settings.shape], attn_implementation="sdpa")
    model = LlamaForCausalLM(config).to("cuda", torch.float16).eval()
    begun = time.perf_counter()
    rows = []
    for context in settings.contexts:
        for batch in settings.batches:
            if time.perf_counter() - begun > settings.budget_seconds:
                print(f"out of time before context {context} batch {batch}")
                continue
            row = measure(
                model, context, batch, settings.tokens, settings.repeats, settings.compile
            )
            rows.append(row)
            print(
                f"transformers context {context} batch {batch}: prefill {row['prefillTokensPerSecond']:.0f} tok/s,"
                f" decode {row['decodeTokensPerSecond']:.0f} tok/s"
                f" ({row['decodeLowest']:.0f}–{row['decodeHighest']:.0f})"
            )
    import transformers

    result = {
        "contestant": f"transformers {transformers.__version__}, torch {torch.__version__}"
        + (", compiled" if settings.compile else ""),
        "device": torch.cuda.get_device_name(),
        "rows": rows,
    }
    if settings.json:
        with open(settings.json, "w") as file:
            json.dump(result, file, indent=2)


if __name__ == "__main__":
    main()
