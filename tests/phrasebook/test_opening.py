"""Songs opened into frames: whom a stanza names, how its ends rhyme, what is proposed beside its words."""

from collections.abc import Sequence

import pytest
from phrasebook import frames

from stagelyric.phrasebook import book, checks, ends, opening, proposals, sung
from stagelyric.phrasebook.grammar import parse
from stagelyric.phrasebook.opening import Opener, Song
from stagelyric.phrasebook.sounds import count
from stagelyric.phrasebook.substitutes import Substitutes
from stagelyric.types import paths
from stagelyric.words import lexicon, near, tags
from stagelyric.words.names import Names

NAMES = Names(frozenset({"polly", "joe", "harbour"}), frozenset({"leith"}))
VERSES = (
    ("verse", ("Polly ties the boat by feel,", "And Joe burns the toast in Leith", "\u201cI sold it,\u201d she said")),
    ("verse 1", (
        "Polly ties the boat by feel,", "She burns the bread on the wheel",
        "Her mother walked down to the shore", "And Polly's coat hangs on the door.",
    )),
    ("chorus", ("We walked to Leith in the rain", "And drank in the bar by the train")),
)  # fmt: skip


@pytest.fixture(scope="module")
def substitutes() -> Substitutes:
    model = paths.find_model("structure")
    words = lexicon.load(model / lexicon.FILE)
    size = len(words.words)
    found = Substitutes(words, tags.load(model / tags.FILE, size), near.load(model / near.FILE, size))
    for file in sorted(file for hand in ("plain", "ballad") for file in (frames.FRAMES / hand).glob("*.frames")):
        found.learn_frames(parse(file.read_text("utf-8"), file.name, file.parent.name).frames)
    found.learn_lines([line for _, lines in VERSES for line in lines], own=True)
    return found


@pytest.fixture(scope="module")
def opener(substitutes: Substitutes) -> Opener:
    return Opener(book.open_book(frames.FRAMES), substitutes, NAMES)


def opened(*lines: str) -> list[str]:
    made = sung.stanza(lines, NAMES, frames.KNOWN)
    assert made is not None
    return [" ".join(word.written() for word in line) for line in made.lines]


@pytest.mark.parametrize(
    ("lines", "wanted"),
    [
        (["Polly ties her boat", "And he sold it"], ["*person ties *his boat", "And he sold it"]),
        (["Polly's gone, I miss her", "She took Joe with her then"],
         ["*person's gone, I miss *him", "*he took *person2 with *him then"]),
        (["Joe and Mr Harbour sat", "He said no"], ["Joe and Mr Harbour sat", "He said no"]),
        (["We drove to Leith, all", "The Leith road by night"], ["We drove to *place, all", "The Leith road by night"]),
        (["Mr Harbour's {song}", "Harbour sings it so"], ["*person's \\{song\\}", "*person sings it so"]),
    ],
)  # fmt: skip
def test_names_become_slots_where_it_is_sure_whom_they_mean(lines: list[str], wanted: list[str]) -> None:
    assert opened(*lines) == wanted


def test_a_name_that_rhymes_stays() -> None:
    assert opened("I went down to Joe", "And told him to go") == ["I went down to Joe", "And told him to go"]


@pytest.mark.parametrize(
    ("lines", "scheme"),
    [
        (("the boat", "the coat"), ("AA", False)),
        (("the boat", "the boat"), ("free", False)),
        (("at feel", "on the wheel", "my shore", "the door"), ("AABB", False)),
        (("the cat", "the night", "a word", "all right"), ("ABCB", False)),
        (("time", "x", "mine", "y"), ("free", False)),
        (("the time", "a word", "the mine", "the bird"), ("ABAB", True)),
    ],
)
def test_the_scheme_is_measured(lines: Sequence[str], scheme: tuple[str, bool]) -> None:
    made = sung.stanza(lines, NAMES, frames.KNOWN)
    assert made is not None
    assert sung.measured(made) == scheme


def test_a_line_is_made_plain() -> None:
    assert (
        sung.plain("\u201cCaf\u00e9 Montr\u00e9al,\u201d she said \u2014 (ooh) \u2026")
        == "Cafe Montreal, she said , ooh"
    )


def test_songs_become_frames_without_faults(opener: Opener) -> None:
    result = opener.songs([Song("Harbour Lights", VERSES)])
    assert (len(result.frames), result.lines, result.all_lines) == (3, 8, 9)
    text = opening.HEADER.format(name="ours.frames") + "\n" + "\n".join(result.frames)
    parsed = parse(text, proposed=True)
    assert not parsed.findings
    assert not [one for frame in parsed.frames for one in checks.findings(frame, frames.KNOWN) if one.error]
    assert result.proposed == proposals.waiting(text) > 6
    assert "# Harbour Lights, chorus: We walked to Leith in the rain\n# *place: Leith\n" in text
    assert parsed.frames[1].tags.scheme == "AABB"
    assert "chorus" in parsed.frames[2].tags.at
    assert parsed.frames[2].tags.tense == ("past",)
    again = opener.songs([Song("Harbour Lights", VERSES)], [lines[0] for _, lines in VERSES[1:]])
    assert (len(again.frames), again.known) == (0, 3)


def test_what_is_proposed_rhymes_and_has_the_length_of_what_it_stands_for(opener: Opener) -> None:
    text = "\n".join(opener.songs([Song("Harbour Lights", VERSES)]).frames)
    for frame in proposals.opened(text):
        if len(frame.lines) < 4:
            continue
        for line, slots in enumerate(frame.slots):
            for sung_now, *others in slots:
                for one in others:
                    assert abs(count(one.text) - count(sung_now.text)) <= 1
                    if frame.lines[line].endswith("}"):
                        other = ["wheel", "feel", "door", "shore"][line]
                        assert ends.kind([one.text], [other]) == "perfect"


def test_an_ear_strikes_what_breaks_a_line(opener: Opener, substitutes: Substitutes) -> None:
    def deaf(lines: Sequence[str], before: Sequence[Sequence[str]]) -> list[float]:
        return [2.0, *(0.0 for _ in lines[1:])]

    assert Opener(opener.book, substitutes, NAMES, deaf).songs([Song("Harbour Lights", VERSES)]).proposed == 0


def test_a_substitute_is_of_one_kind_and_was_seen_in_such_a_place(substitutes: Substitutes) -> None:
    words = ["she", "walked", "down", "to", "the", "window"]
    found = [one.text for one in substitutes.of(words, 1, lambda word: 0.0)]
    assert {"came", "went"} <= set(found)
    assert not {"walk", "walking", "boat"} & set(found)
    assert substitutes.of(words, 4, lambda word: 0.0) == []
    assert substitutes.kind(["mind", "the", "step"], 0) == ""
