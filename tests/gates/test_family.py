import codecs
import re
from pathlib import Path
from random import Random

import pytest
from disguise import DISGUISES, disguised
from hypothesis import given
from hypothesis import strategies as st

from stagelyric.gates import disguises, family
from stagelyric.gates.family import found, is_blocked, is_clean, mild_words
from stagelyric.words.formats import read_sheet
from stagelyric.words.phonetics import look_up

# Turned by thirteen, as in the list itself.
WORST, ALSO, SPLIT = (codecs.decode(word, "rot13") for word in ("fuvg", "shpx", "phag"))
SONGBOOK = Path(__file__).parent.parent.parent / "models" / "songbook"
A_NAME = codecs.decode("phzzvat", "rot13")  # with an s it is Cummings, whom nobody should miss

CLEAN = [
    "Wash it down and pass it on",
    "The pen is on the table",
    "Push it harder, push it through",
    "A peacock and a cocktail on the grass",
    "The class of Scunthorpe sings a classic bass",
    "As sure as I am standing here",
    "The cock crows at dawn",
    "He'll go, and she'll remain",
    "Shells upon the Essex shore",
    "Raccoons are sleeping in the document room",
    "Grapes, drapes and landscapes",
    "Tit for tat",
    "In the basement of the assassin",
    "Polly Magnet, Mr Harbour and Montréal",
    "We will analyse it in the therapist's chair",
    "God knows the blood upon the stone",
    "Dick Whittington came up to London town",
    "Moby Dick is waiting in the bay",
    "Tom, Dick and Harry on the midnight train",
    "A shuttlecock above the garden wall",
    "Sh, it's only rain",
    "Was hit by a bus, was hit by the light",
    "Who're you waiting for, who'll hold the door",
    "In 1967 we had a 45 and an A-side",
    "Route 66 and the 4th of July",
    "I was sixteen on the 7:15 to Crewe",
    "The (un)lucky and the (until) now",
    "Sha la la, na na na, ooh",
    "C-H-R-Y, breathe, and D-O-G",
    "Wait—the night—so long",
    "And so—I go—it rains",
    "The turnip and the hoe, the rake, the spade",
    "An ox, an ass, a stable door",
    "She pricked her finger on a thorn",
    "Turn the knob of the radio",
    "Sweet water in the wristwatch shop",
    "Snatches of song from the hall",
    "A brass screw, a driver, a nail",
    "Fukuoka, Kinoshita, Matsushita",
    "Kim's as shy as the sun is",
    "Pass the salt, hit the lights",
    "Hush it, cash it, brush it off",
    "A B C, and 1 2 3",
    "5 6 7 8, count me in",
    "Brass hole punch, grass, hits",
    "Mr Cummings has an eye for heroines",
]


@pytest.mark.parametrize("line", CLEAN)
def test_clean_lines_pass(line: str) -> None:
    assert found(line) is None


@pytest.mark.parametrize("mild", [True, False])
def test_nothing_gets_through_in_any_disguise(mild: bool) -> None:
    lists = family._lists()
    words = sorted({*lists["inside"], *lists["whole"], *(lists["mild"] if mild else ())})
    assert len(words) > 400
    tried = [way for seed in range(2) for way in disguised(words, seed)]
    assert {name for _, name, _ in tried} == DISGUISES.keys()
    through = [
        (word, name, written)
        for word, name, written in tried
        if is_clean(f"And now {written} it all", mild=mild) and (word, name) != (A_NAME, "plural")
    ]
    assert not through


@pytest.mark.parametrize("name", ["capitals", "full width", "invisible", "Cyrillic", "accented", "in brackets", "held"])
def test_phrases_get_through_in_no_disguise(name: str) -> None:
    for phrase in Random(name).sample(sorted(family._set_phrases()), 200):
        written = " ".join(DISGUISES[name](word, Random(0)) or word for word in phrase.split())
        assert not is_clean(f"Oh {written} she said"), written


def test_words_in_two_of_which_one_is_no_word() -> None:
    """Cut anywhere, where one half at least is no word of songs, nor of the dictionary."""
    from stagelyric.words import lexicon

    known = lexicon.load(SONGBOOK.parent / "transformer" / lexicon.FILE).index
    for word in family._lists()["inside"]:
        for cut in range(1, len(word)):
            first, second = word[:cut], word[cut:]
            if any(half not in known and look_up(half) is None for half in (first, second)):
                assert not is_clean(f"Oh {first} {second} now"), (first, second)


def test_the_songbook_is_let_through() -> None:
    lines = [
        line
        for file in SONGBOOK.glob("*/*.cho")
        for _, stanza in read_sheet(file.name, file.read_text("utf-8")).stanzas
        for line in stanza
    ]
    assert len(lines) > 12_000
    refused = [line for line in lines if not is_clean(line)]
    assert len(refused) <= 0.0005 * len(lines), refused


def test_a_word_is_clean_in_good_company_alone() -> None:
    bird = codecs.decode("pbpx", "rot13")
    assert is_clean(f"The {bird} that crows above the barn")
    assert not is_clean(f"The {bird} of the evening")
    assert not is_clean(f"The {bird[0]}0{bird[2:]} that crows above the barn")


def test_look_alikes_are_read() -> None:
    assert not is_clean("this " + WORST.replace("s", "5").replace("i", "!"))
    assert not is_clean("a " + codecs.decode("nffubyr", "rot13").replace("s", "$"))


def test_letters_left_out_are_filled_in() -> None:
    for written in (WORST[0] + "**" + WORST[-1], ALSO[0] + "***", ALSO[0] + "-" * 2 + ALSO[-1], "sh_t", "f#ck"):
        assert not is_clean(f"Oh {written} now"), written


def test_mild_words_are_for_a_family_only() -> None:
    for word in ("damn", "hell"):
        assert word in mild_words()
        assert is_blocked(word)
        assert not is_blocked(word, mild=False)
    assert found("Go to the hell of it", mild=False) is None
    assert found("What the " + SPLIT, mild=False) is not None


def test_phrases_of_clean_words_are_caught() -> None:
    assert found("Oh kill yourself, she said") is not None


BALLS, NUTS, FINGER, LAID, UP, ON = (
    codecs.decode(word, "rot13") for word in ("onyyf", "ahgf", "svatre", "ynvq", "hc", "ba")
)


@pytest.mark.parametrize(
    "line",
    [
        f"June stole it by the {BALLS}",
        f"A kick in the {BALLS}, and then a drink",
        f"You want to grow some {BALLS}",
        f"He grabbed him by the {NUTS}",
        f"The driver gave us all the horn and gave me the {FINGER}",
        f"We only came to get {LAID}",
        f"The sailor knocked her {UP}",
        f"He woke up with a hard {ON}",
        f"He woke up with a hard-{ON}",
        f"By the b@lls of wool, by the {BALLS[:3]}lllls",
    ],
)
def test_words_that_are_innocent_alone_are_caught_in_set_phrases(line: str) -> None:
    assert found(line) is not None


@pytest.mark.parametrize(
    "line",
    [
        "The balls of wool are by the door",
        "She left the needles by the balls of wool",
        "He kicked the ball across the road",
        "The ball went in by the post",
        "A ring upon her middle finger",
        "The finger of the glove is torn",
        "They laid her down beside the hill",
        "Then both of us got laid off from the mill",
        "You knocked me up at seven in the morning",
        "The hill is hard on the knees",
        "The nuts are in the bowl",
        "The tit sang in the hedge",
        "The sun went down on me in Hull",
        "The birds are in the bush",
        "We grew some beans, a pair of trees",
    ],
)
def test_innocent_words_pass_outside_set_phrases(line: str) -> None:
    assert found(line) is None


def test_phrases_with_company_are_clean_in_it_alone() -> None:
    for phrase, friends in family._set_phrases().items():
        assert not is_clean(f"Oh {phrase} she said"), phrase
        for friend in sorted(friends)[:2]:
            assert is_clean(f"Oh {phrase} she said {friend}"), (phrase, friend)


@given(st.text(max_size=60))
def test_any_text_can_be_read(text: str) -> None:
    found(text)


@given(st.sampled_from(CLEAN), st.sampled_from([WORST, ALSO]), st.sampled_from(CLEAN))
def test_clean_company_hides_nothing(before: str, word: str, after: str) -> None:
    assert not is_clean(f"{before} {word} {after}")


@given(
    st.sets(st.text("abco'", min_size=1, max_size=6), max_size=8),
    st.lists(st.tuples(st.sampled_from("abco'"), st.integers(1, 3)), max_size=8),
)
def test_held_words_are_those_that_a_pattern_of_them_finds(words: set[str], runs: list[tuple[str, int]]) -> None:
    text = "".join(letter * length for letter, length in runs)
    pattern = re.compile("|".join(map(disguises.stretchable, words))) if words else re.compile("(?!)")
    assert family._Held(words).has(text) == (pattern.fullmatch(text) is not None)


def test_nothing_is_quick_until_the_lists_are_unpacked() -> None:
    assert family.is_quick("Row me home")
    family.postpone()
    assert not family.is_quick("Row me home")
    family.look_ahead()
    assert family.is_quick("Row me home")
