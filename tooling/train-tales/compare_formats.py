#!/usr/bin/env python3
"""What each storage format of the weights costs in quality, against the trained f16 weights.

For windows of held-out text: the ratio of perplexities, KL(f16 || format) of the next-token distributions and the
share of equal top tokens; then pass keys, greedy, from the training's own prompts. Weights are quantised, read back
and computed with in float32, so that only the storage differs.

    python compare_formats.py MODEL_FOLDER [--windows 4] [--passkey-samples 5] [--json OUT.json]

Needs torch and tokenizers beside requirements.txt.
"""
import argparse
import json
import math
from pathlib import Path

import gguf
import numpy as np
import torch
import torch.nn.functional as F
from gguf import GGMLQuantizationType
from tokenizers import Tokenizer

from export_gguf import read_safetensors
from tasks import TaskMaker

PASSKEY_LENGTHS = (1000, 2000, 4000, 7500)
ANSWER_START = 'The pass key is '

# format of (embedding, key and value projections, other matrices)
CANDIDATES = {'f16': ('f16', 'f16', 'f16'),
              'q8_0': ('q8_0', 'q8_0', 'q8_0'),
              'q8_0, keys and values f16': ('q8_0', 'f16', 'q8_0'),
              'q6_k, embedding q8_0': ('q8_0', 'q6_k', 'q6_k'),
              'q8_0, embedding q6_k': ('q6_k', 'q8_0', 'q8_0'),
              'q6_k': ('q6_k', 'q6_k', 'q6_k')}
BITS = {'f16': 16, 'q8_0': 8.5, 'q6_k': 6.5625}


# ---------------------------------------------------------------- formats

def nearest(x):
    return np.clip(np.rint(x), -32, 31)


def fit_scales(groups):
    """[n, 16] -> scales [n]: of 19 candidates around -32 / extreme the one with the least error weighted by x^2."""
    extreme = np.take_along_axis(groups, np.abs(groups).argmax(1)[:, None], 1)
    best_scale, best_gain = np.zeros((len(groups), 1)), np.full((len(groups), 1), -1.0)
    for step in range(-9, 10):
        with np.errstate(divide='ignore', invalid='ignore'):
            q = np.nan_to_num(nearest(-(32 + 0.1 * step) / extreme * groups))
            weighted = (groups ** 2 * groups * q).sum(1, keepdims=True)
            norm = (groups ** 2 * q * q).sum(1, keepdims=True)
            gain, scale = np.nan_to_num(weighted ** 2 / norm), np.nan_to_num(weighted / norm)
        better = gain > best_gain
        best_scale, best_gain = np.where(better, scale, best_scale), np.where(better, gain, best_gain)
    return best_scale[:, 0]


def round_trip_q6_k(weights):
    """GGUF's Q6_K: super-blocks of 256 with an f16 scale, 16 int8 scales and 6-bit numbers."""
    groups = weights.reshape(-1, 16).astype(np.float64)
    scales = fit_scales(groups).reshape(-1, 16)
    extreme = np.take_along_axis(scales, np.abs(scales).argmax(1)[:, None], 1)
    super_scale = (extreme / -128).astype(np.float16).astype(np.float64)
    with np.errstate(divide='ignore', invalid='ignore'):
        local = np.clip(np.nan_to_num(np.rint(scales / super_scale)), -128, 127)
        step = (super_scale * local).reshape(-1, 1)
        q = np.nan_to_num(nearest(groups / step))
    return (q * step).reshape(weights.shape).astype(np.float32)


def round_trip(weights, name):
    weights = weights.astype(np.float32)
    if name == 'f16' or weights.ndim == 1:
        return weights
    if name == 'q6_k':
        return round_trip_q6_k(weights)
    return gguf.dequantize(gguf.quantize(weights, GGMLQuantizationType.Q8_0), GGMLQuantizationType.Q8_0)


def kind_of(name):
    return 0 if 'embed' in name else 1 if 'k_proj' in name or 'v_proj' in name else 2


# ---------------------------------------------------------------- the model

class Llama:
    def __init__(self, config, tensors, formats):
        self.config = config
        self.weights = {name: torch.from_numpy(round_trip(w, formats[kind_of(name)]).copy()) for name, w in tensors.items()}
        self.megabytes = sum(w.size * (32 if w.ndim == 1 else BITS[formats[kind_of(n)]]) for n, w in tensors.items()) / 8e6

    def norm(self, x, name):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.config['rms_norm_eps']) * self.weights[f'{name}.weight']

    def rotate(self, x, angles):
        first, second = x.chunk(2, -1)
        return torch.cat([first * angles.cos() - second * angles.sin(), second * angles.cos() + first * angles.sin()], -1)

    @torch.inference_mode()
    def hidden(self, ids):
        c, n, d = self.config, len(ids), self.config['head_dim']
        angles = torch.outer(torch.arange(n), 1 / c['rope_theta'] ** (torch.arange(0, d, 2) / d)).float()
        x = self.weights['model.embed_tokens.weight'][torch.tensor(ids)]
        for i in range(c['num_hidden_layers']):
            layer = f'model.layers.{i}'
            project = lambda h, name: F.linear(h, self.weights[f'{layer}.{name}.weight'])
            h = self.norm(x, f'{layer}.input_layernorm')
            q, k, v = (project(h, f'self_attn.{name}_proj').view(n, -1, d).transpose(0, 1) for name in 'qkv')
            q, k = self.rotate(q, angles), self.rotate(k, angles)
            group = c['num_attention_heads'] // c['num_key_value_heads']
            o = F.scaled_dot_product_attention(q[None], k.repeat_interleave(group, 0)[None], v.repeat_interleave(group, 0)[None],
                                               is_causal=True)[0]
            x = x + project(o.transpose(0, 1).reshape(n, -1), 'self_attn.o_proj')
            h = self.norm(x, f'{layer}.post_attention_layernorm')
            x = x + project(F.silu(project(h, 'mlp.gate_proj')) * project(h, 'mlp.up_proj'), 'mlp.down_proj')
        return self.norm(x, 'model.norm')

    @torch.inference_mode()
    def log_probabilities(self, hidden):
        return F.linear(hidden, self.weights['model.embed_tokens.weight']).log_softmax(-1)


# ---------------------------------------------------------------- measures

def compare(models, ids, rows=512):
    """Per format: differences of the losses, KL to the first format, equal top tokens, over one window."""
    hidden = {name: model.hidden(ids) for name, model in models.items()}
    columns = {name: dict(loss=[], kl=[], top=[]) for name in models}
    for start in range(0, len(ids) - 1, rows):
        part = slice(start, min(start + rows, len(ids) - 1))
        target = torch.tensor(ids[part.start + 1:part.stop + 1])[:, None]
        truth = None
        for name, model in models.items():
            log_p = model.log_probabilities(hidden[name][part])
            truth = log_p if truth is None else truth
            columns[name]['loss'] += [-log_p.gather(1, target)[:, 0]]
            columns[name]['kl'] += [(truth.exp().double() * (truth.double() - log_p.double())).sum(1)]
            columns[name]['top'] += [(truth.argmax(1) == log_p.argmax(1)).double()]
    return {name: {key: torch.cat(parts).double() for key, parts in column.items()} for name, column in columns.items()}


def has_pass_key(model, tokenizer, prompt, value):
    """Greedy decoding gives the answer exactly when the answer is the top token at each of its positions."""
    answer = tokenizer.encode(f'{ANSWER_START}{value}.', add_special_tokens=False).ids
    hidden = model.hidden(prompt.tolist() + answer)[len(prompt) - 1:-1]
    return model.log_probabilities(hidden).argmax(1).tolist() == answer


def passkeys(models, tokenizer, tokens, samples):
    maker, rng = TaskMaker(np.array(tokens, dtype=np.uint16), tokenizer), np.random.default_rng(0)
    found = {name: {} for name in models}
    for length in PASSKEY_LENGTHS:
        prompts = [maker.passkey_prompt(rng, length, (i + 0.5) / samples) for i in range(samples)]
        for name, model in models.items():
            found[name][length] = sum(has_pass_key(model, tokenizer, *prompt) for prompt in prompts) / samples
            print(f'pass keys at {length}: {name} {found[name][length]:.0%}', flush=True)
    return found


def summary(model, parts, truth_parts, found):
    loss, truth, kl, top = (torch.cat([p[key] for p in source]) for source, key in
                            ((parts, 'loss'), (truth_parts, 'loss'), (parts, 'kl'), (parts, 'top')))
    difference = loss - truth
    ratio = math.exp(difference.mean())
    return dict(megabytes=round(model.megabytes, 2), tokens=len(loss), perplexity=math.exp(loss.mean()), perplexityRatio=ratio,
                perplexityRatioError=ratio * difference.std().item() / math.sqrt(len(difference)), klMean=kl.mean().item(),
                kl99=kl.quantile(0.99).item(), klMax=kl.max().item(), top1Agreement=top.mean().item(), passkey=found)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('folder', type=Path, help='the trained Hugging Face folder, with val.txt')
    parser.add_argument('--windows', type=int, default=4, help='windows of 8,192 tokens, spread over val.txt')
    parser.add_argument('--passkey-samples', type=int, default=5, help='prompts for each length')
    parser.add_argument('--threads', type=int, default=2)
    parser.add_argument('--json', type=Path)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    config = json.loads((args.folder / 'config.json').read_text('utf8'))
    tensors = read_safetensors(args.folder / 'model.safetensors')
    tokenizer = Tokenizer.from_file(str(args.folder / 'tokenizer.json'))
    models = {name: Llama(config, tensors, formats) for name, formats in CANDIDATES.items()}
    tokens = tokenizer.encode((args.folder / 'val.txt').read_text('utf8'), add_special_tokens=False).ids
    length = config['max_position_embeddings']
    columns = {name: [] for name in models}
    for window in range(args.windows):
        start = window * (len(tokens) - length) // max(1, args.windows - 1)
        for name, column in compare(models, tokens[start:start + length]).items():
            columns[name].append(column)
        print(f'window {window + 1} of {args.windows}', flush=True)
    found = passkeys(models, tokenizer, tokens + [0], args.passkey_samples)
    rows = {name: summary(models[name], columns[name], columns['f16'], found[name]) for name in models}
    for name, row in rows.items():
        print(f'{name:28} {row["megabytes"]:6.2f} MB  ratio {row["perplexityRatio"]:.5f} ± {row["perplexityRatioError"]:.5f}  '
              f'KL {row["klMean"]:.2e}, 99 % {row["kl99"]:.2e}, max {row["klMax"]:.2e}  top-1 {row["top1Agreement"]:.2%}  '
              f'pass keys {", ".join(f"{share:.0%}" for share in row["passkey"].values())}')
    if args.json:
        args.json.write_text(json.dumps(dict(torch=torch.__version__, gguf='0.19.0', windows=args.windows, contextLength=length,
                                             passkeySamples=args.passkey_samples, rows=rows), indent=2) + '\n')


if __name__ == '__main__':
    main()
