"""The cases of the decode benchmark: shapes, batches and context lengths, the most telling first."""

from dataclasses import dataclass

HALF_BYTES = 2
SCORE_BYTES = 4
# One WebGPU storage binding on the hardware this is compared with: larger keys have no counterpart there.
LARGEST_KEYS_BYTES = 2 * 1024**3 - 4

CONTEXTS = (131072, 65536, 16384, 4096, 1024)
BATCHES = (1, 8, 32)
FRACTIONS = (1.0, 0.5, 0.25, 0.125, 0.05)


@dataclass(frozen=True)
class Shape:
    name: str
    kv_heads: int
    group: int
    """Query heads of one KV head."""
    head_dim: int


SHAPES = (
    Shape("llama-3.1-8b", 8, 4, 128),
    Shape("smollm2-135m", 3, 3, 64),
    Shape("qwen2.5-0.5b", 2, 7, 64),
    Shape("mha-32x128", 32, 1, 128),
)


@dataclass(frozen=True)
class DecodeCase:
    """One query token for each of `batch` sequences, all of `context` keys."""

    shape: Shape
    batch: int
    context: int

    @property
    def heads(self) -> int:
        """KV heads of all sequences."""
        return self.batch * self.shape.kv_heads

    @property
    def keys_bytes(self) -> int:
        return self.heads * self.context * self.shape.head_dim * HALF_BYTES

    @property
    def full_bytes(self) -> int:
        """Every key and value row once."""
        return 2 * self.keys_bytes

    @property
    def scores_bytes(self) -> int:
        """One pass over the float32 scores of every query head."""
        return self.heads * self.shape.group * self.context * SCORE_BYTES

    def sifted_bytes(self, kept: int) -> int:
        """Every key row, `kept` value rows a KV head, the scores written once and read once."""
        values = self.heads * kept * self.shape.head_dim * HALF_BYTES
        return self.keys_bytes + values + 2 * self.scores_bytes

    def __str__(self) -> str:
        return f"{self.shape.name}, batch {self.batch}, context {self.context}"


def ordered_cases(shapes, batches, contexts) -> list[DecodeCase]:
    """Those whose keys fit one binding: batch 1 before larger, shapes as listed, long contexts first."""
    cases = [
        DecodeCase(shape, batch, context)
        for batch in sorted(batches)
        for shape in SHAPES
        if shape.name in shapes
        for context in sorted(contexts, reverse=True)
    ]
    return [case for case in cases if case.keys_bytes <= LARGEST_KEYS_BYTES]
