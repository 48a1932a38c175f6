"""A llama of a few thousand numbers, at random, in a GGUF file; and the same read by torch, written plainly."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stagelyric.editor.folder import Meta
from stagelyric.editor.llama import Llama
from stagelyric.editor.pieces import _BYTES

WIDTH, HIDDEN, LAYERS, HEADS, KV_HEADS = 64, 96, 3, 4, 2
_WORDS = ("the", "rain", "and", "sea", "boat", "is", "on", "it", "my")


def byte_pairs() -> tuple[list[str], list[str]]:
    """256 bytes and the words above, with a blank before and without, and the merges that make them."""
    tokens, merges = list(_BYTES), []
    for word in (*_WORDS, *(f"Ġ{word}" for word in _WORDS)):
        made = word[0]
        for letter in word[1:]:
            if made + letter not in tokens:
                tokens.append(made + letter)
                merges.append(f"{made} {letter}")
            made += letter
    return tokens, merges


def sentence_pieces() -> tuple[list[str], list[float]]:
    """SentencePiece's way: control pieces, bytes, letters, words; merged by their scores."""
    letters = [*"abcdefghijklmnopqrstuvwxyzTRASBIOM▁'\n"]
    grown = dict.fromkeys(
        word[:end] for word in (*_WORDS, *(f"▁{w}" for w in _WORDS)) for end in range(2, len(word) + 1)
    )
    tokens = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256)), *grown, *letters]
    return tokens, [-float(number) for number in range(len(tokens))]


def write(path: Path, *, seed: int = 1, kind: str = "gpt2", quantised: str = "F32", **fields: Any) -> Path:
    """The file. `quantised`: how its matrices are stored. `fields` overwrite what its metadata say."""
    import gguf

    rng, way = np.random.default_rng(seed), gguf.GGMLQuantizationType[quantised]
    writer = gguf.GGUFWriter(path, fields.get("architecture", "llama"))
    writer.add_name("tiny")
    for name, value in (
        ("block_count", LAYERS), ("embedding_length", WIDTH), ("feed_forward_length", HIDDEN), ("context_length", 256),
        ("attention.head_count", fields.get("heads", HEADS)), ("attention.head_count_kv", KV_HEADS),
        ("rope.dimension_count", WIDTH // HEADS),
    ):  # fmt: skip
        writer.add_uint32(f"llama.{name}", value)
    writer.add_float32("llama.attention.layer_norm_rms_epsilon", 1e-5)
    tokens = _add_pieces(writer, kind)
    size = WIDTH // HEADS
    shapes = {"token_embd": (len(tokens), WIDTH), "output_norm": (WIDTH,)}
    for layer in range(LAYERS):
        shapes |= {
            f"blk.{layer}.attn_norm": (WIDTH,), f"blk.{layer}.ffn_norm": (WIDTH,),
            f"blk.{layer}.attn_q": (HEADS * size, WIDTH), f"blk.{layer}.attn_k": (KV_HEADS * size, WIDTH),
            f"blk.{layer}.attn_v": (KV_HEADS * size, WIDTH), f"blk.{layer}.attn_output": (WIDTH, HEADS * size),
            f"blk.{layer}.ffn_gate": (HIDDEN, WIDTH), f"blk.{layer}.ffn_up": (HIDDEN, WIDTH),
            f"blk.{layer}.ffn_down": (WIDTH, HIDDEN),
        }  # fmt: skip
    for name, shape in shapes.items():
        if len(shape) == 1:
            writer.add_tensor(f"{name}.weight", rng.uniform(0.5, 1.5, shape).astype(np.float32))
            continue
        matrix = rng.normal(0, shape[1] ** -0.5 * (2 if name == "token_embd" else 1), shape).astype(np.float32)
        if name.endswith("ffn_up"):
            matrix[:2] *= 20  # channels that reach far, as in real models
        writer.add_tensor(f"{name}.weight", gguf.quants.quantize(matrix, way), raw_dtype=way)
    for name in fields.get("extra", ()):
        writer.add_tensor(name, np.zeros(4, np.float32))
    for step in ("write_header_to_file", "write_kv_data_to_file", "write_tensors_to_file", "close"):
        getattr(writer, step)()
    return path


def _add_pieces(writer: Any, kind: str) -> list[str]:
    writer.add_tokenizer_model(kind)
    if kind == "llama":
        tokens, scores = sentence_pieces()
        writer.add_token_scores(scores)
    else:
        tokens, merges = byte_pairs()
        writer.add_tokenizer_pre("smollm")
        writer.add_token_merges(merges)
    writer.add_token_list(tokens)
    return tokens


@lru_cache(maxsize=1)
def _tensors(model: Llama) -> dict[str, Any]:
    import torch

    torch.set_num_threads(1)
    return {name: torch.tensor(model.tensor(name)) for name in model._tensors}


def by_torch(model: Llama, meta: Meta, text: list[int]) -> NDArray[np.float32]:
    """log p (1 + T, kept) of each next piece, among those that are kept, after the piece that all texts begin with and
    each of `text` (by their new numbers)."""
    import torch

    shape, weights, kept = model.shape, _tensors(model), torch.tensor(meta.kept)
    table = weights["token_embd.weight"][kept]
    x, n = table[torch.tensor([meta.kept.index(meta.start), *text])], 1 + len(text)
    angles = torch.outer(torch.arange(n).float(), torch.tensor(shape.rates))
    cos, sin = angles.cos()[:, None], angles.sin()[:, None]

    def turned(v: torch.Tensor) -> torch.Tensor:
        a, b = v[..., 0::2], v[..., 1::2]
        return torch.stack([a * cos - b * sin, a * sin + b * cos], -1).flatten(-2)

    def normed(v: torch.Tensor, name: str) -> torch.Tensor:
        scaled: torch.Tensor = v * torch.rsqrt((v * v).mean(-1, keepdim=True) + shape.epsilon) * weights[name]
        return scaled

    for layer in range(shape.layers):
        name = f"blk.{layer}"
        h = normed(x, f"{name}.attn_norm.weight")
        q, k, v = (
            (h @ weights[f"{name}.attn_{part}.weight"].T).view(n, heads, -1)
            for part, heads in (("q", shape.heads), ("k", shape.kv_heads), ("v", shape.kv_heads))
        )
        shared = shape.heads // shape.kv_heads
        k, v = turned(k).repeat_interleave(shared, 1), v.repeat_interleave(shared, 1)
        scores = torch.einsum("qhd,khd->hqk", turned(q), k) / shape.head_size**0.5
        scores = scores + torch.full((n, n), -1e9).triu(1)
        read = torch.einsum("hqk,khd->qhd", scores.softmax(-1), v).reshape(n, -1)
        x = x + read @ weights[f"{name}.attn_output.weight"].T
        h = normed(x, f"{name}.ffn_norm.weight")
        opened = torch.nn.functional.silu(h @ weights[f"{name}.ffn_gate.weight"].T)
        x = x + (opened * (h @ weights[f"{name}.ffn_up.weight"].T)) @ weights[f"{name}.ffn_down.weight"].T
    head = weights.get("output.weight", weights["token_embd.weight"])[kept]
    found: NDArray[np.float32] = (normed(x, "output_norm.weight") @ head.T).log_softmax(-1).numpy()
    return found
