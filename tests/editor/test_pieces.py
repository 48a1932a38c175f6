"""Texts as pieces and back: nothing is lost, merges are those that were learned first, and alphabets that can't spell
are refused."""

import math
from itertools import product

import pytest
from editor import tiny_gguf
from hypothesis import given, settings
from hypothesis import strategies as st

from stagelyric.editor.faults import EditorError
from stagelyric.editor.pieces import _BYTES, _WORDS, BytePairs, Kept, Unigrams, _Merges

TOKENS, MERGES = tiny_gguf.byte_pairs()
PAIRS = BytePairs(TOKENS, MERGES, "smollm")
SENTENCE, SCORES = tiny_gguf.sentence_pieces()
UNIGRAMS = Unigrams(SENTENCE, SCORES)
TEXTS = st.one_of(
    st.text(max_size=40),
    st.lists(st.sampled_from([*tiny_gguf._WORDS, "The", "it's", "3", "\n", "  ", "\u00e9t\u00e9"]), max_size=12).map(
        " ".join
    ),
)


def as_bytes(numbers: list[int]) -> bytes:
    return bytes(_BYTES.index(sign) for number in numbers for sign in TOKENS[number])


@settings(max_examples=60)
@given(TEXTS)
def test_byte_pairs_lose_no_byte(text: str) -> None:
    assert as_bytes(PAIRS.encode(text)) == text.encode()


@pytest.mark.parametrize("cut", sorted(_WORDS))
def test_whatever_the_cut_no_character_falls_between_two_words(cut: str) -> None:
    pairs = BytePairs(TOKENS, MERGES, cut)
    for text in ("It's 12345\u00bd o'clock, \u2163!\r\n\n  The  end \t.", "\u6771\u4eac\u0301 _x_ \U0001f600", " ", ""):
        assert as_bytes(pairs.encode(text)) == text.encode()


def merged_plainly(word: str) -> list[str]:
    """Byte pairs as they are defined: the merges one after another, each everywhere from the left."""
    symbols = [_BYTES[byte] for byte in word.encode()]
    for merge in MERGES:
        a, b = merge.split(" ")
        at = 0
        while at + 1 < len(symbols):
            if (symbols[at], symbols[at + 1]) == (a, b):
                symbols[at : at + 2] = [a + b]
            at += 1
    return symbols


@settings(max_examples=60)
@given(st.text("theraindsbomyonit", min_size=1, max_size=12))
def test_merges_are_made_in_the_order_of_learning(word: str) -> None:
    assert [TOKENS[number] for number in PAIRS.encode(word)] == merged_plainly(word)


@settings(max_examples=60)
@given(st.lists(st.text("abc ", max_size=5)), st.dictionaries(st.sampled_from("abc"), st.integers(0, 9)))
def test_a_merges_rank_is_its_first_place_among_all(merges: list[str], pieces: dict[str, int]) -> None:
    """Whatever a file has as merges: also of symbols that are no pieces, of none, twice; numbers may be left out."""
    pieces = {piece: number * len(pieces) + place for place, (piece, number) in enumerate(pieces.items())}
    own = _Merges(merges, pieces)
    assert len(own) == len(merges)
    pairs = [(a, b) for a, _, b in (merge.partition(" ") for merge in merges)]
    symbols = sorted({symbol for pair in pairs for symbol in pair} | {"a", "bc", "z"})
    for pair in product(symbols, repeat=2):
        assert own.rank(*pair) == (pairs.index(pair) if pair in pairs else len(merges))


def test_numbers_are_cut_as_the_model_learned_them() -> None:
    """SmolLM2 reads each figure alone, Llama 3 up to three at once."""
    tokens = [*TOKENS, "12", "123"]
    merges = [*MERGES, "1 2", "12 3"]
    single, three = (BytePairs(tokens, merges, cut).encode("1234") for cut in ("smollm", "llama-bpe"))
    assert [tokens[number] for number in single] == ["1", "2", "3", "4"]
    assert [tokens[number] for number in three] == ["123", "4"]


@pytest.mark.parametrize("pieces", [PAIRS, UNIGRAMS])
def test_a_piece_that_was_merged_is_what_its_parts_spell(pieces: BytePairs | Unigrams) -> None:
    tokens = TOKENS if pieces is PAIRS else SENTENCE
    merged = 0
    for number, token in enumerate(tokens):
        parts = pieces.parts(number)
        if len(parts) == 2:
            merged += 1
            assert "".join(tokens[part] for part in parts) == token
    assert merged > 20


def test_of_several_merges_to_one_piece_the_first_one_learned_counts() -> None:
    tokens = [*_BYTES, "ab", "bc", "abc"]
    first, second = (BytePairs(tokens, ["a b", "b c", *last], "gpt-2") for last in (["a bc", "ab c"], ["ab c", "a bc"]))
    assert [tokens[part] for part in first.parts(258)] == ["a", "bc"]
    assert [tokens[part] for part in second.parts(258)] == ["ab", "c"]
    assert first.parts(256) == (_BYTES.index("a"), _BYTES.index("b"))
    assert first.parts(0) == ()


def test_half_a_character_spells_nothing() -> None:
    half, whole = PAIRS.encode("\u00e9")[0], PAIRS.encode("e")[0]
    assert PAIRS.text(half) == ""
    assert PAIRS.text(whole) == "e"
    control = BytePairs([*TOKENS, "<|im_start|> "], MERGES, "smollm")
    assert control.text(len(TOKENS)) == "", "a control piece is never shown"


@settings(max_examples=60)
@given(TEXTS)
def test_unigrams_lose_no_character(text: str) -> None:
    spelled = bytearray()
    for number in UNIGRAMS.encode(text):
        token = SENTENCE[number]
        spelled += bytes([int(token[3:5], 16)]) if token.startswith("<0x") else token.replace("\u2581", " ").encode()
    assert spelled.decode() == text.replace("\u2581", " ")


def test_the_best_scored_merge_comes_first_and_of_equals_the_leftmost() -> None:
    basic = [*(f"<0x{byte:02X}>" for byte in range(256)), "a", "b", "c"]
    tokens = [*basic, "ab", "bc"]
    scores = [-99.0] * len(basic)
    for own, wanted in (([-1.0, -2.0], ["ab", "c"]), ([-2.0, -1.0], ["a", "bc"]), ([-1.0, -1.0], ["ab", "c"])):
        found = Unigrams(tokens, [*scores, *own]).encode("abc")
        assert [tokens[number] for number in found] == wanted


def test_a_byte_is_shown_where_it_is_a_character() -> None:
    at = {token: number for number, token in enumerate(SENTENCE)}
    assert UNIGRAMS.text(at["<0x41>"]) == "A"
    assert UNIGRAMS.text(at["<0xC3>"]) == ""
    assert UNIGRAMS.text(at["\u2581rain"]) == " rain"


@pytest.mark.parametrize("kept", [(), range(256, 300), range(256, len(TOKENS))])
@settings(max_examples=25)
@given(text=TEXTS)
def test_the_fewer_pieces_are_kept_the_more_spell_the_same(kept: range, text: str) -> None:
    fewer = Kept(PAIRS, [*range(256), *kept])
    numbers = fewer.encode(text)
    assert len(fewer) == 256 + len(kept)
    assert all(0 <= number < len(fewer) for number in numbers)
    assert as_bytes([[*range(256), *kept][number] for number in numbers]) == text.encode()
    assert len(numbers) >= len(PAIRS.encode(text))


def test_kept_pieces_are_renumbered_and_know_what_they_spell() -> None:
    kept = sorted([*range(256), TOKENS.index("rain"), TOKENS.index("sea")])
    fewer = Kept(PAIRS, kept)
    numbers = fewer.encode("rain sea")
    assert [kept[number] for number in numbers] == PAIRS.encode("rain sea")
    assert [fewer.text(number) for number in numbers] == ["rain", " ", "sea"]


def test_a_piece_that_nothing_kept_spells_is_an_error() -> None:
    without_e = [number for number in range(256) if TOKENS[number] != "e"]
    with pytest.raises(EditorError, match="neither kept nor spelled"):
        Kept(PAIRS, without_e).encode("sea")
    assert Kept(PAIRS, without_e).encode("rain")


def test_alphabets_that_cannot_spell_are_refused_with_what_is_missing() -> None:
    with pytest.raises(EditorError, match="cuts its texts as mystery; known are gpt-2, "):
        BytePairs(TOKENS, MERGES, "mystery")
    with pytest.raises(EditorError, match="can't spell the character '~'"):
        BytePairs([token for token in TOKENS if token != "~"], MERGES, "gpt-2")
    with pytest.raises(EditorError, match="lack the byte 0x7f"):
        Unigrams([token for token in SENTENCE if token != "<0x7F>"], SCORES)


def test_a_missing_control_character_is_left_out_and_nothing_else() -> None:
    missing = _BYTES[7]
    tokens = [token for token in TOKENS if token != missing]
    pairs = BytePairs(tokens, MERGES, "gpt-2")
    assert [tokens[number] for number in pairs.encode("a\x07b")] == ["a", "b"]


def test_every_byte_has_a_printable_sign_of_its_own() -> None:
    assert len(set(_BYTES)) == 256
    assert all(sign.isprintable() and not sign.isspace() for sign in _BYTES)
    assert math.prod(ord(_BYTES[byte]) == byte for byte in range(ord("!"), ord("~") + 1)) == 1
