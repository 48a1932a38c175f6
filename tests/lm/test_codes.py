import numpy as np

from stagelyric.lm.codes import (
    CODED_ALPHABET,
    LAST,
    LINE,
    NAMED,
    PERSON,
    PLACE,
    SEED,
    SYLLABLES,
    Coder,
    coded,
    prefix,
    slotted,
)
from stagelyric.lm.vocabulary import Vocabulary
from stagelyric.words.names import find_names

LINES = """
And Polly Magnet mends the line
The ferry goes to Leeds with Polly
They came from Leeds, they came from Leeds
Old Mr. Okafor met Polly's dog in Leeds
I met Mr Okafor, and God knows, in May
The English rain, the rain on Sunday
All Rain is rain, said Rain, the rain
A rain, a polite rain
""".strip().split("\n")
NAMES = find_names(LINES)


def test_names_are_what_has_a_capital_and_never_has_none() -> None:
    assert NAMES.people == {"polly", "magnet", "okafor"}
    assert NAMES.places == {"leeds"}


def test_a_name_of_several_words_is_one_slot_and_keeps_its_s() -> None:
    assert slotted(LINES[0], NAMES) == f"And {PERSON} mends the line"
    assert slotted(LINES[3], NAMES) == f"{PERSON} met {PERSON}'s dog in {PLACE}"
    assert slotted("Polly, Leeds and God", NAMES) == f"{PERSON}, {PLACE} and God"
    assert slotted("The old king of Mr nobody", NAMES) == "The old king of Mr nobody"


def test_a_prefix_says_what_is_asked_and_nothing_else() -> None:
    assert prefix() == ""
    assert prefix(syllables=8) == f"{SYLLABLES}8{LINE}"
    assert prefix(syllables=12, last="line", named=True, seed="dog") == f"{SYLLABLES}<{LAST}line{NAMED}{SEED}dog{LINE}"
    Vocabulary(CODED_ALPHABET).spell(prefix(syllables=99, last=PLACE))


def test_what_is_said_of_a_line_is_true_of_it() -> None:
    line = coded("Polly met the wet dog in Leeds", NAMES, lambda text: 8, lambda word: word not in ("the", "in"))
    assert line.text == f"{PERSON} met the wet dog in {PLACE}"
    assert (line.last, line.named, line.syllables) == (PLACE, True, 8)
    assert set(line.seeds) == {"met", "wet", "dog"}


def test_every_part_of_a_code_is_left_out_at_times_and_the_line_never() -> None:
    coder = Coder(NAMES, lambda text: 8, lambda word: len(word) > 3)
    rng = np.random.default_rng(0)
    seen = {coder("And Polly mends the line\n\nLa la\n", rng) for _ in range(200)}
    assert all(song.count("\n") == 3 and f"And {PERSON} mends the line" in song for song in seen)
    lines = {song.split("\n")[0] for song in seen}
    for mark in (SYLLABLES, LAST, NAMED, SEED):
        assert any(mark in line for line in lines)
        assert any(mark not in line for line in lines)
    assert any(line.startswith("And") for line in lines)
    assert len(lines) > 12
