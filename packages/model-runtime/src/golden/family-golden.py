"""Small random models of every family and their logits, by Hugging Face transformers.

Run: python family-golden.py families   (transformers 5.23, torch 2.15, numpy 2.4, safetensors)

Each model is written as transformers writes one (config.json, model.safetensors in float16) beside golden.json: logits
of 24 tokens and the greedy tokens after them. Everything is computed twice: in float64, which is the golden value, and
in float32, whose distance to it is what honest rounding costs.
"""

import contextlib
import json
import pathlib
import sys

import torch
import transformers
from transformers import AutoModelForCausalLM, set_seed

VOCABULARY = 96
TOKENS = [(7 * i * i + 3 * i + 5) % VOCABULARY for i in range(24)]
REPORTED = [0, 1, 6, 7, 8, 15, 23]
GREEDY = 12

SMALL = dict(
    vocab_size=VOCABULARY, hidden_size=48, intermediate_size=64, num_hidden_layers=3, num_attention_heads=4,
    num_key_value_heads=2, max_position_embeddings=64, bos_token_id=None, eos_token_id=None, pad_token_id=None,
)
WINDOW = 7

LLAMA3 = dict(
    rope_type="llama3", rope_theta=500000.0, factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
    original_max_position_embeddings=16,
)

CONFIGS = {
    "llama": lambda: transformers.LlamaConfig(**SMALL, rope_parameters=LLAMA3),
    "mistral": lambda: transformers.MistralConfig(**SMALL, head_dim=12, sliding_window=WINDOW),
    "qwen2": lambda: transformers.Qwen2Config(**SMALL, tie_word_embeddings=True),
    "qwen2-sliding": lambda: transformers.Qwen2Config(
        **SMALL, use_sliding_window=True, sliding_window=WINDOW, max_window_layers=1
    ),
    "qwen3": lambda: transformers.Qwen3Config(**SMALL, head_dim=20, tie_word_embeddings=True),
    "gemma3": lambda: transformers.Gemma3TextConfig(
        **{**SMALL, "hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 7, "num_attention_heads": 2,
           "num_key_value_heads": 1},
        head_dim=16, query_pre_attn_scalar=20, sliding_window=WINDOW, final_logit_softcapping=12.0, rope_parameters={
            "full_attention": dict(rope_type="linear", rope_theta=1000000.0, factor=8.0),
            "sliding_attention": dict(rope_type="default", rope_theta=10000.0),
        },
    ),
    "gpt2": lambda: transformers.GPT2Config(
        vocab_size=VOCABULARY, n_positions=64, n_embd=48, n_layer=2, n_head=4, bos_token_id=None, eos_token_id=None,
    ),
}


@contextlib.contextmanager
def everything_in_float64():
    """Keeps in float64 what transformers rounds to float32: angles, norms and softmax."""
    names = ["float", "float32"]
    saved = {name: getattr(torch, name) for name in names}
    method = torch.Tensor.float
    for name in names:
        setattr(torch, name, torch.float64)
    torch.Tensor.float = torch.Tensor.double
    torch.set_default_dtype(torch.float64)
    try:
        yield
    finally:
        for name in names:
            setattr(torch, name, saved[name])
        torch.Tensor.float = method
        torch.set_default_dtype(torch.float32)


def randomise(model, is_around_zero):
    """Norms lie around 1; queries and keys are larger, so that attention is peaked."""
    for name, parameter in model.named_parameters():
        if "norm" in name or ".ln_" in name:
            centre = 0 if is_around_zero or name.endswith("bias") else 1
            numbers = centre + torch.empty(parameter.shape).uniform_(-0.25, 0.25)
        elif any(part in name for part in ["embed_tokens", "wte", "lm_head"]):
            numbers = torch.empty(parameter.shape).uniform_(-1, 1)
        else:
            reach = 0.5 if any(part in name for part in ["q_proj", "k_proj", "c_attn"]) else 0.25
            numbers = torch.empty(parameter.shape).uniform_(-reach, reach)
        parameter.data = numbers.half().float()


def build(name, state, dtype):
    model = AutoModelForCausalLM.from_config(CONFIGS[name](), dtype=dtype, attn_implementation="eager").eval()
    model.load_state_dict({name: tensor.to(dtype) for name, tensor in state.items()}, strict=False)
    model.tie_weights()
    return model


@torch.no_grad()
def logits_of(model, tokens):
    return model(input_ids=torch.tensor([tokens]), use_cache=False).logits[0].double()


def greedy_after(model, tokens):
    tokens = list(tokens)
    gaps = []
    for _ in range(GREEDY):
        last = logits_of(model, tokens)[-1]
        best = last.topk(2)
        gaps.append(float(best.values[0] - best.values[1]))
        tokens.append(int(best.indices[0]))
    return tokens[len(TOKENS) :], min(gaps)


def make(name, folder):
    set_seed(20)
    model = AutoModelForCausalLM.from_config(CONFIGS[name](), attn_implementation="eager")
    randomise(model, name.startswith("gemma"))
    model.tie_weights()
    state = {key: tensor.clone() for key, tensor in model.state_dict().items()}
    model.half().save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    rounded = logits_of(build(name, state, torch.float32), TOKENS)
    with everything_in_float64():
        exact = build(name, state, torch.float64)
        logits = logits_of(exact, TOKENS)
        greedy, least_gap = greedy_after(exact, TOKENS)
    golden = dict(
        tool=f"transformers {transformers.__version__}, torch {torch.__version__.split('+')[0]}, seed 20",
        tokens=TOKENS,
        rows=REPORTED,
        logits=[[float(f"{value:.9g}") for value in logits[row].tolist()] for row in REPORTED],
        float32Error=float((rounded - logits).abs().max()),
        greedy=greedy,
        leastGap=least_gap,
    )
    (folder / "golden.json").write_text(json.dumps(golden) + "\n")
    size = sum(path.stat().st_size for path in folder.iterdir())
    print(f"{name}: {size} bytes, logits to {float(logits.abs().max()):.2f}, float32 error "
          f"{golden['float32Error']:.2e}, least gap {least_gap:.3f}")


for name in CONFIGS:
    folder = pathlib.Path(sys.argv[1]) / name
    folder.mkdir(parents=True, exist_ok=True)
    make(name, folder)
