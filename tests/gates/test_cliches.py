"""The average line: our own forty of its kind, and what is done to them to pass for others."""

from functools import cache

import fakes
import numpy as np
import pytest

from stagelyric.gates.cliches import is_average, stock_phrases
from stagelyric.gates.novelty import Copies
from stagelyric.training import build
from stagelyric.types.lines import Ask
from stagelyric.words import classes, near, survey
from stagelyric.writing.rules import Language
from stagelyric.writing.writer import Writer

AVERAGE = """
You know that I'm the one
You know that I'm the one, baby
Baby, you're the only one for me
I can't live without your love
I'll love you till the end of time
Hold me close and never let me go
I want to hold you in my arms tonight
You are the love of my life
I've been waiting for you all my life
Every time I close my eyes I see your face
I need you now more than ever
You make me feel so alive
We can dance the night away
I'm falling in love with you
Tell me that you love me too
You broke my heart in two
Don't you ever say goodbye
I just can't get you out of my mind
When you look into my eyes
Take my hand and come with me
I will always be there for you
Nothing's gonna stop us now
You're everything I need
I'm lost without you by my side
All I want is you tonight
I can feel it in my heart
Baby, don't go, I need you so
Let me be the one you love
I would do anything for you
You mean the world to me
We'll be together forever and ever
You and me against the world
I dream about you every night
My love for you will never die
I never want to let you go
There's no one else but you
Give me one more chance to love you
I know that you feel the same way
You set my heart on fire
Stay with me until the morning light
I'm so in love with you, baby
How can I live without you
You light up my life
Come back to me and say you're mine
Only you can make me feel this way
""".strip().splitlines()

DISGUISED = [
    "You know I'm the one",
    "You know that I am the one",
    "Oh, you know that I'm the one",
    "You know that I\u2019m the one, honey",
    "YOU KNOW THAT I'M THE ONE!",
    "And you know that I'm the one, yeah",
    "You know that he's the one",
    "You know that you're the one",
    "You know that I'm the king",
    "You know that I'm your one",
    "I want to hold you in my coat tonight",
    "I cannot live without your love",
    "I can't live without your music",
    "I will love you until the end of time",
    "You know that I'm the one who drove to Crewe",
]

ITS_OWN = [
    "Mean Mister Mustard sleeps in the park",
    "You know the ferry leaves at nine",
    "I need a hammer and a tin of paint",
    "Polly Magnet took the last bus home",
    "My heart is a broken lift in a car park",
    "I love the smell of creosote and rain",
    "You left your bicycle against the wall",
    "Hey Polly, don't make it Leith",
    "Baby has a tooth and the dog has a limp",
    "Every night the baker burns the loaves",
]


@pytest.mark.parametrize("line", [*AVERAGE, *DISGUISED])
def test_average_lines_are_known_however_they_are_put(line: str) -> None:
    assert is_average(line)


@pytest.mark.parametrize("line", AVERAGE)
def test_a_contraction_a_filler_or_baby_makes_no_difference(line: str) -> None:
    for other in (
        f"{line}, baby",
        f"Oh {line[0].lower()}{line[1:]}",
        line.replace("I'm", "I am").replace("'re", " are").replace("can't", "cannot").replace("'ll", " will"),
        line.replace("I am", "I'm").replace("I will", "I'll").replace("want to", "wanna").replace("gonna", "going to"),
        line.upper(),
    ):
        assert is_average(other), other


@pytest.mark.parametrize("line", ITS_OWN)
def test_a_line_with_something_of_its_own_is_none(line: str) -> None:
    assert not is_average(line)


def test_stock_phrases_are_found_longest_first() -> None:
    assert stock_phrases("All night long I hold on, hold on to you") == ["all night long", "hold on"]


class Insisting(fakes.NGramEngine):
    """A model that has read the average lines and nothing else: it says them with a chance of nearly 1."""

    order = 14

    def __init__(self) -> None:
        super().__init__("\n".join([*AVERAGE, *DISGUISED] * 30), "1" * 32)

    @cache  # noqa: B019 - there is one
    def _chances(self, context: tuple[int, ...]) -> np.ndarray:
        return super()._chances(context) ** 3


@pytest.fixture(scope="module")
def insisting() -> Writer:
    """With the words of the average lines, and a few others without which there would be nothing else to say."""
    found = survey.survey([fakes.VERSES + "\n\n" + "\n".join([*AVERAGE, *DISGUISED])])
    words = build.build_lexicon(found, least=1)
    kinds = classes.build(map(survey.words_of, found.lines), words)
    vectors = near.build(found.stanza_words, words, least=1).astype(np.float32) / np.float32(127)
    return Writer(Insisting(), Language(words, vectors, kinds), Copies(np.zeros(0, np.uint32)))


def test_the_model_does_insist(insisting: Writer) -> None:
    raw = insisting.raw(Ask(wildness=0.0), 40)
    assert sum(is_average(line.text) for line in raw) >= 30


@pytest.mark.parametrize(
    "ask",
    [
        *(Ask(wildness=w, syllables=(5, 9), seed=s) for s, w in enumerate((0.0, 0.5, 1.0))),
        *(Ask(rhyme=scheme, syllables=(6, 8), seed=9) for scheme in ("AABB", "ABAB", "ABCB", "AAAA")),
        *(Ask(word=word, seed=3) for word in ("love", "one", "rain")),
        Ask(word="you know that I'm the one"),
        Ask(word="love", wildness=1.0, syllables=(6, 6)),
        Ask(word="you", rhyme_with="one"),
        Ask(themes=("love", "baby"), rhyme="AABB"),
        Ask(themes=("love", "heart", "tonight"), wildness=0.0),
        Ask(names=("Polly Magnet", "Baby"), themes=("love",), rhyme="ABAB"),
        Ask(names=("Love",), syllables=(6, 7)),
        Ask(rhyme_with="heart", syllables=(6, 8)),
        Ask(rhyme_with="you"),
        Ask(prime="You know that I'm the one\nBaby, you're the only one for me", rhyme="AABB"),
        Ask(syllables=(3, 4)),
        Ask(family_friendly=False),
    ],
)  # fmt: skip
def test_not_one_ever_leaves_the_decoder(insisting: Writer, ask: Ask) -> None:
    lines = [line.text for line in insisting.write(ask, 0, 1 if ask.word else 8)]
    assert all(lines)
    assert [line for line in lines if is_average(line)] == []
    spoken = {" ".join(line.lower().replace(",", "").split()) for line in lines}
    assert not spoken & {line.lower().replace(",", "") for line in [*AVERAGE, *DISGUISED]}
