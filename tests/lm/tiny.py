"""Texts and weights small enough to test with."""

import random
from typing import Any

import numpy as np

WORDS = (
    *("rain", "river", "harbour", "morning", "lantern", "polly", "walks", "sings"),
    *("under", "over", "cold", "bright", "old", "the", "a", "my", "his"),
)
HIDDEN = 24


def lyrics(songs: int, seed: int = 1) -> str:
    """Nonsense songs of two stanzas, each under its marker."""
    chance = random.Random(seed)
    lines = []
    for number in range(songs):
        lines.append(f"=== Song {number} — Book {number % 3} (1900)")
        for _ in range(2):
            lines += [*(" ".join(chance.choices(WORDS, k=5)).capitalize() for _ in range(4)), ""]
    return "\n".join([*lines, ""]) if lines else ""


def random_weights(seed: int = 0, vocabulary: int = 97, embedding: int = 8) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)

    def normal(*shape: int) -> np.ndarray:
        return (rng.standard_normal(shape) * 0.4).astype(np.float32)

    return {
        "embedding.weight": normal(vocabulary, embedding),
        "lstm.weight_ih_l0": normal(4 * HIDDEN, embedding),
        "lstm.weight_hh_l0": normal(4 * HIDDEN, HIDDEN),
        "lstm.bias_ih_l0": normal(4 * HIDDEN),
        "lstm.bias_hh_l0": normal(4 * HIDDEN),
        "head.weight": normal(vocabulary, HIDDEN),
        "head.bias": normal(vocabulary),
    }


TRANSFORMER: dict[str, Any] = {
    "vocabulary": 97, "width": 16, "layers": 2, "heads": 2, "hidden": 32, "grams": 2, "rows": 53, "gram_width": 4,
    "dropout": 0.0,
}  # fmt: skip


def random_transformer(seed: int = 0) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    shapes = {"embedding": (97, 16), "head": (97, 16), "spell": (16, 8), "grams.0": (53, 4), "grams.1": (53, 4)}
    for layer in range(2):
        sizes = {"query": (16, 16), "key": (8, 16), "value": (8, 16), "out": (16, 16), "up": (32, 16), "down": (16, 32)}
        shapes |= {f"blocks.{layer}.{name}": shape for name, shape in sizes.items()}
    return {f"{name}.weight": (rng.standard_normal(shape) * 0.4).astype(np.float32) for name, shape in shapes.items()}
