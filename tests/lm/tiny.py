"""Texts and weights small enough to test with."""

import random

import numpy as np

WORDS = (
    *("rain", "river", "harbour", "morning", "lantern", "polly", "walks", "sings"),
    *("under", "over", "cold", "bright", "old", "the", "a", "my", "his"),
)
HIDDEN = 24


def lyrics(songs: int, seed: int = 1) -> str:
    """Nonsense songs of two stanzas, each under its marker."""
    chance = random.Random(seed)
    text = ""
    for number in range(songs):
        text += f"=== Song {number} — Book {number % 3} (1900)\n"
        for _ in range(2):
            text += "".join(" ".join(chance.choices(WORDS, k=5)).capitalize() + "\n" for _ in range(4)) + "\n"
    return text


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
