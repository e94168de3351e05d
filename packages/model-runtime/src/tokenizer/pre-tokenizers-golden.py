"""Writes pre-tokenizers.golden.json: texts cut into words by the Rust tokenizers library.

The patterns are those of llama.cpp's pre-tokenizers, as published with their models. Needs: pip install tokenizers.
Run: python pre-tokenizers-golden.py
"""

import importlib.metadata
import json
import pathlib

from tokenizers import Regex
from tokenizers.pre_tokenizers import Sequence, Split

GPT2 = r"""'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"""
MODERN = r"""(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|DIGITS| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"""
PATTERNS = {
    "default": [r"[\p{P}\$\+<=>\^~\|]+", GPT2, r"\p{N}+", "[0-9][0-9][0-9]"],
    "gpt-2": [GPT2],
    "llama-bpe": [MODERN.replace("DIGITS", r"\p{N}{1,3}")],
    "qwen2": [MODERN.replace("DIGITS", r"\p{N}")],
    "smollm": [r"\p{N}", GPT2],
}
TEXTS = [
    "Hello, world! It's 2025; we'RE here, I'd say.",
    "  leading and   inner    spaces  ",
    "tabs\tand\n\nlines\r\n\r\n  then text\n",
    "1234567890 3.14 ½ ٣٤٥ Ⅷ x²",
    "café naïve ÅNGSTRÖM straße ſ",
    "日本語のテキスト、と한국어",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001f600\U0001f600 ok",
    "a=b+c<d>e^f~g|h$i`j",
    "Привет, мир! नमस्ते दुनिया",
    "nbsp\u00a0here\u2003wide\u3000full\ufeffbom",
    "don't can'T we'll 'tis ''s",
    "snake_case camelCase __init__ (a)(b)",
    "\n\n\n   \n x",
    "e\u0301 combining \u0915\u094d\u0937",
]


def words(patterns, text):
    steps = Sequence([Split(Regex(pattern), "isolated") for pattern in patterns])
    return [word for word, _ in steps.pre_tokenize_str(text)]


def main():
    golden = {
        "tool": "tokenizers " + importlib.metadata.version("tokenizers"),
        "generator": "pre-tokenizers-golden.py",
        "cases": [
            {"name": name, "text": text, "words": words(patterns, text)}
            for name, patterns in PATTERNS.items()
            for text in TEXTS
        ],
    }
    path = pathlib.Path(__file__).with_name("pre-tokenizers.golden.json")
    path.write_text(json.dumps(golden, indent=1) + "\n")


main()
