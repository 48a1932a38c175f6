"""Frames beside the models: whose turn it is, what comes of it, and that a seed gives the same lines."""

from dataclasses import replace

import fakes
import pytest
from phrasebook import frames as book

from stagelyric.types.lines import Ask, Line
from stagelyric.words.rhyme import kind
from stagelyric.writing.drafters.frames import Framer, is_turn, share
from stagelyric.writing.writer import BLOCK, Writer

ASK = Ask(syllables=(5, 12), names=("Nora Pike", "Leith"), themes=("rain",), wildness=0.0, seed=4)


@pytest.fixture
def writer() -> Writer:
    language = fakes.language()
    return Writer(fakes.NGramEngine(), language, fakes.copies(), framer=Framer(book.book(), language))


def origins(lines: list[Line]) -> list[str]:
    return [line.origin for line in lines]


@pytest.mark.parametrize(("wildness", "least", "most"), [(0.0, 1.0, 1.0), (0.5, 1.0, 1.0), (0.8, 0.3, 0.5), (1, 0, 0)])
def test_wildness_leans_from_frames_to_the_models(wildness: float, least: float, most: float) -> None:
    ask = Ask(wildness=wildness)
    turns = [is_turn(ask, stanza) for stanza in range(400)]
    assert least <= share(ask) <= most
    assert sum(turns) / len(turns) == pytest.approx(share(ask), abs=0.01)
    assert turns[0] == (share(ask) > 0)


def test_a_setlist_says_who_drafts() -> None:
    assert share(Ask(wildness=1.0, drafters=("frames",))) == 1.0
    assert share(Ask(wildness=0.0, drafters=("backward", "letters"))) == 0.0
    assert share(Ask(wildness=0.5, drafters=("frames", "backward"))) == share(Ask(wildness=0.5))


def test_lines_of_frames_say_which_frame(writer: Writer) -> None:
    assert writer.framer is not None
    known = {entry.digest for entry in writer.framer.book.entries}
    lines = writer.write(ASK, 0, 8)
    assert origins(lines) == ["frame"] * 8
    assert {line.frame for line in lines} <= known
    assert all(line.syllables for line in lines)
    assert [line.index for line in lines] == list(range(8))


def test_frames_and_models_share_a_shelf_by_whole_stanzas(writer: Writer) -> None:
    ask = replace(ASK, wildness=0.5)
    lines = writer.write(ask, 0, 2 * BLOCK)
    for stanza in range(2 * BLOCK // 4):
        kinds = set(origins(lines[4 * stanza : 4 * stanza + 4]))
        assert kinds == {"frame" if is_turn(ask, stanza) else "model"}


def test_a_shelf_is_the_same_however_it_is_asked_for(writer: Writer) -> None:
    ask = replace(ASK, wildness=0.5)
    whole = writer.write(ask, 0, 2 * BLOCK)
    texts = [line.text for line in whole]
    assert writer.write(ask, 0, 4) == whole[:4]
    assert writer.write(ask, 4, 12, texts[:4]) == whole[4:16]
    assert writer.write(ask, 20, 3, texts[:20]) == whole[20:23]
    assert len({text.lower() for text in texts}) == len(texts)


def test_the_first_lines_of_a_shelf_need_no_model(writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    def prime(text: str) -> None:
        raise AssertionError("the model was asked")

    monkeypatch.setattr(writer.engine, "prime", prime)
    assert len(writer.write(replace(ASK, wildness=0.8), 0, 4)) == 4
    with pytest.raises(AssertionError, match="the model was asked"):
        writer.write(replace(ASK, wildness=0.8), 0, 2 * BLOCK)


def test_without_frames_all_is_as_before() -> None:
    ask = Ask(rhyme="AABB", seed=3)
    plain = Writer(fakes.NGramEngine(), fakes.language(), fakes.copies())
    language = fakes.language()
    framed = Writer(fakes.NGramEngine(), language, fakes.copies(), framer=Framer(book.book(), language))
    assert framed.write(replace(ask, wildness=1.0), 0, 8) == plain.write(replace(ask, wildness=1.0), 0, 8)
    assert framed.digest != plain.digest


def test_a_word_comes_from_a_frame_where_one_has_it(writer: Writer) -> None:
    (line,) = writer.write(replace(ASK, word="ferry"))
    assert "ferry" in line.text
    assert line.frame
    assert line.origin == "word"
    (line,) = writer.write(replace(ASK, word="Nora Pike"))
    assert "Nora" in line.text
    assert line.frame
    (line,) = writer.write(replace(ASK, word="lantern"))
    assert "lantern" in line.text.lower()
    assert not line.frame


def test_lines_rhyme_with_a_word(writer: Writer) -> None:
    lines = writer.write(replace(ASK, rhyme_with="pain"), 0, 4)
    assert all(kind(line.text, "pain") in ("perfect", "slant") for line in lines)


def test_where_few_lines_rhyme_the_models_go_on(writer: Writer) -> None:
    ask = replace(ASK, rhyme_with="red", syllables=(4, 9))  # "in bed", "of the bread"
    lines = writer.write(ask, 0, 4)
    few = origins(lines).count("frame")
    assert 0 < few < 4
    assert origins(lines) == ["frame"] * few + ["model"] * (4 - few)
    assert writer.write(ask, 0, 1) == lines[:1]


def test_what_must_not_be_said_is_in_no_line_of_a_frame(writer: Writer) -> None:
    lines = writer.write(replace(ASK, avoid=("window", "train")), 0, 16)
    assert not any(word in line.text.lower().split() for line in lines for word in ("window", "train"))
    quoted = "\n".join(line.text for line in writer.write(ASK, 0, 4))
    assert not {line.text for line in writer.write(replace(ASK, prime=quoted), 0, 4)} & set(quoted.split("\n"))


def test_a_song_is_cast_with_a_hand_that_wrote_about_its_themes(writer: Writer) -> None:
    framer = writer.framer
    assert framer is not None

    def hands(ask: Ask) -> set[str]:
        return {framer._composer(replace(ask, seed=seed, rhyme=rhyme)).query.hand for seed, rhyme in SECTIONS}  # type: ignore[arg-type]

    assert hands(replace(ASK, themes=("harbour",))) == {"ballad"}
    assert hands(replace(ASK, themes=("harbour",), hand="comic")) == {"comic"}
    assert len(hands(replace(ASK, themes=("xyz",)))) == 1  # all sections of a song have one hand


SECTIONS = [(1, "AABB"), (2, "ABCB"), (3, "free")]


def test_a_word_that_is_asked_for_again_comes_from_another_frame(writer: Writer) -> None:
    lines = writer.write(replace(ASK, word="rain"), 0, 3)
    assert all("rain" in line.text for line in lines)
    assert len({line.frame for line in lines}) == 3
