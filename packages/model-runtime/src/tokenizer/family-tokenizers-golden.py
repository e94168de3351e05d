"""Small tokenizers in the form of each family's tokenizer.json, and what Hugging Face's tokenizers makes of texts.

Run: python family-tokenizers-golden.py   (tokenizers 0.23) writes family-tokenizers.golden.json
"""

import importlib.metadata
import json
import pathlib

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

LEARNT = """The ship lay at anchor in the bay, and the old captain watched the sea from the deck of the ship.
She sells sea shells by the sea shore; the shells that she sells are sea shells, she's sure, and we'll see them there.
In 1999 there were 365 days, 12 months and 4 seasons: 1999 - 365 = 1634. "Where is the light?" asked the keeper's son.
def light(house):\n    return house.lamp and not house.dark\n\nDas Meer war ruhig, und das Schiff lag vor Anker. été déjà
"""

TEXTS = [
    "The ship lay at anchor.",
    "  two  spaces   three\n\n\nlines\t\ttabs ",
    "she's we'll SHE'S 1999 365x12 = 4380",
    "déjà vu, été — naïve café",
    "e\u0301te\u0301 and \u00e9t\u00e9",
    "日本語 😀 emoji\u200d👩‍🚀",
    "",
    " ",
    "a\r\nb",
    "▁under the sea▁",
    "before<end_of_turn>after <end_of_turn> x",
]

GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
QWEN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def byte_level(normalizer, pre_tokenizer):
    tokenizer = Tokenizer(models.BPE())
    if normalizer:
        tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=360, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator(LEARNT.split("\n"), trainer)
    return tokenizer


def sentence_piece(normalizer, pre_tokenizer, decoder, begin):
    """Byte tokens are ordinary ones, behind the three that begin every such vocabulary."""
    learner = Tokenizer(models.BPE())
    learner.normalizer = normalizer
    if pre_tokenizer:
        learner.pre_tokenizer = pre_tokenizer
    learner.train_from_iterator(LEARNT.split("\n"), trainers.BpeTrainer(vocab_size=160, show_progress=False))
    learnt = json.loads(learner.to_str())["model"]
    tokens = ["<unk>", begin, "<eos>", *(f"<0x{byte:02X}>" for byte in range(256)), *learnt["vocab"]]
    vocabulary = {token: index for index, token in enumerate(tokens)}
    merges = [tuple(pair) for pair in learnt["merges"]]
    model = models.BPE(vocabulary, merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True)
    tokenizer = Tokenizer(model)
    tokenizer.normalizer = normalizer
    if pre_tokenizer:
        tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.decoder = decoder
    tokenizer.add_special_tokens(["<unk>", begin, "<eos>"])
    single = f"{begin} $A"
    tokenizer.post_processor = processors.TemplateProcessing(single=single, special_tokens=[(begin, 1)])
    return tokenizer


REPLACED = normalizers.Replace(" ", "▁")
BACK = [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()]

TOKENIZERS = {
    "gpt2": byte_level(None, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)),
    "qwen2": byte_level(
        normalizers.NFC(),
        pre_tokenizers.Sequence(
            [
                pre_tokenizers.Split(Regex(QWEN), behavior="isolated"),
                pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
            ]
        ),
    ),
    "mistral": sentence_piece(
        normalizers.Sequence([normalizers.Prepend("▁"), REPLACED]),
        None,
        decoders.Sequence([*BACK, decoders.Strip(" ", 1, 0)]),
        "<s>",
    ),
    "gemma3": sentence_piece(
        REPLACED, pre_tokenizers.Split(" ", behavior="merged_with_previous"), decoders.Sequence(BACK), "<bos>"
    ),
}


def make(name, tokenizer):
    tokenizer.add_special_tokens([AddedToken("<end_of_turn>", special=True, normalized=False)])
    cases = []
    for text in TEXTS:
        ids = tokenizer.encode(text).ids
        cases.append(dict(text=text, ids=ids, decoded=tokenizer.decode(ids)))
    return dict(name=name, tokenizer=json.loads(tokenizer.to_str()), cases=cases)


golden = dict(
    tool="tokenizers " + importlib.metadata.version("tokenizers"),
    generator="family-tokenizers-golden.py",
    families=[make(name, tokenizer) for name, tokenizer in TOKENIZERS.items()],
)
path = pathlib.Path(__file__).with_name("family-tokenizers.golden.json")
path.write_text(json.dumps(golden, ensure_ascii=False) + "\n")
