"""Stock phrases and average lines: what a thousand songs have said already.

A stock phrase lowers a draft's score. An average line is never shown: `is_average` is a gate. All the lists are written
here; phrases that are frequent in the corpus are counted in `novelty.build_worn`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from stagelyric.gates.novelty import normal
from stagelyric.words.lists import AT_HEART, BLAND, FILLERS, STOP, WORN, YOU_AND_I

_PHRASES = """
you know that i / i'm the one / you're the one / the one for me / all night long / all my life / all my love
all alone / all of my heart / heart and soul / my heart and soul / broken heart / break my heart / broke my heart
heart of gold / heart of stone / in my heart / from my heart / in my dreams / in my arms / in your arms
in your eyes / by my side / by your side / side by side / hand in hand / hold me tight / hold my hand
hold me close / hold you close / here with me / stay with me / be with you / be with me / with you tonight
tonight is the night / dance the night away / all day long / day and night / night and day / day by day
end of the day / end of time / till the end / until the end / end of the road / end of the line / forever and ever
forever and a day / now and forever / always and forever / never let you go / never let me go / let me go
let it go / let it be / let it shine / never be the same / never say goodbye / say goodbye / want you to know
need you now / need you tonight / i need you / i want you / i love you / i miss you / love you so / love me do
love is blind / in love with you / fall in love / falling in love / fell in love / true love / my one and only
only you / only one / one and only / can't live without you / live without you / can't get enough / can't stop
can't let go / don't go away / don't let me down / don't look back / don't you know / don't say goodbye
set me free / set you free / wild and free / born to be / break free / feel alive / come alive / come what may
come back to me / come to me / take my hand / take me home / take me away / take my breath away / far away
fade away / run away / fly away / slip away / wash away / blow away / drift away / so far away / up in the sky
reach for the sky / touch the sky / reach for the stars / shining star / stars above / moon above / heaven above
sent from above / fire and rain / sun and rain / through the rain / in the rain / pouring rain / after the rain
light of day / see the light / shine a light / light up the sky / shadow of a doubt / dark of night / dead of night
dead and gone / gone away / lost and found / lost without you / lost in you / lost in time / time after time
time will tell / time goes by / take your time / once upon a time / one more time / one more night / one more chance
last chance / second chance / take a chance / on my mind / out of my mind / lose my mind / lost my mind
make me feel / way you feel / way i feel / feel this way / feel so right / feels so right / tell me why
tell me true / tell the truth / believe in me / trust in me / dream come true / dreams come true / wishing well
wish upon a star / make a wish / tears i cried / cry no more / tears of joy / tears of rain / tears in my eyes
cold as ice / hot as fire / burning fire / flame of love / fan the flame / on fire / through the fire
play with fire / world apart / around the world / top of the world / my whole world / the world to me
against the world / end of the world / meant to be / so it seems / it seems to me / what you mean to me
deep inside / down inside / deep in my soul / body and soul / angel in disguise / ocean wide / mountain high
river wide / valley low / ups and downs / through thick and thin / thick and thin / high and low / near and far
young and old / rich and poor / old and grey / good and bad / wrong or right / right or wrong / black and white
stand by me / stand by you / stand tall / be strong / so strong / carry on / move on / hold on / keep on
turn around / turn back time / walk away / walk on by / long way home / home sweet home / far from home
on the road again
"""


_LINES = """
you know that i am the one / you are the only one for me / i can not live without you / i can not live without your love
i will love you till the end of time / i will always love you / i want to hold you in my arms / i need you by my side
you are the love of my life / i have been waiting for you all my life / every time i close my eyes i see your face
i need you more than ever / you make me feel so alive / we can dance the night away / i am falling in love with you
tell me that you love me / you broke my heart in two / do not ever say goodbye / i can not get you out of my mind
when i look into your eyes / take my hand and come with me / i will always be there for you
nothing is going to stop us / you are everything i need / i am lost without you / all i want is you
i can feel it in my heart / let me be the one
i would do anything for you / you mean the world to me / we will be together forever / you and me against the world
i dream about you every night / my love for you will never die / i never want to let you go / there is no one else
give me one more chance / you set my heart on fire / stay with me until the morning / you light up my life
i gave you all my love / love is all we need / do you feel the way i feel / i can not stop thinking about you
it was always meant to be / you are my dream come true / i never felt this way before / come back to me my love
i see the light in your eyes / i hear you call my name / you were always on my mind / nobody loves you like i do
"""

_CONTRACTIONS = (
    (re.compile(r"\b(?:can't|cannot|couldn't)\b"), "can not"),
    (re.compile(r"\bwon't\b"), "will not"),
    (re.compile(r"n't\b"), " not"),
    (re.compile(r"'m\b"), " am"),
    (re.compile(r"'re\b"), " are"),
    (re.compile(r"'ve\b"), " have"),
    (re.compile(r"'ll\b"), " will"),
    (re.compile(r"'d\b"), " would"),
    (re.compile(r"\b(he|she|it|that|there|what|here|who|nothing)'s\b"), r"\1 is"),
    (re.compile(r"\bgonna\b"), "going to"),
    (re.compile(r"\bwanna\b"), "want to"),
    (re.compile(r"in'(?= |$)"), "ing"),
)


@cache
def _worn_words() -> frozenset[str]:
    return frozenset(map(normal, STOP | BLAND | WORN))


@cache
def _known() -> frozenset[str]:
    return frozenset(normal(phrase) for line in _PHRASES.strip().splitlines() for phrase in line.split("/"))


@cache
def _known_in_full() -> frozenset[str]:
    """The stock phrases of two words or more, with contractions written out and fillers left out."""
    return frozenset(" ".join(words) for phrase in _known() if len(words := in_full(phrase)) > 1)


@cache
def _average_lines() -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(line.split()) for row in _LINES.strip().splitlines() for line in row.split(" / "))


def stock_phrases(text: str) -> list[str]:
    """The stock phrases in a line, longest first."""
    return sorted(_runs(normal(text).split()) & _known(), key=lambda phrase: (-len(phrase), phrase))


def is_average(text: str) -> bool:
    """Whether a line could be from any song ("You know that I'm the one"); such drafts are never shown.

    It is if it contains one of our list of average lines, or is one with a word changed, added or left out; or if it
    has only worn words, and either a stock phrase, or pronouns and a typical subject of such lines. Contractions,
    fillers and "baby" make no difference. Otherwise a single fresh word makes a line acceptable.
    """
    words = in_full(text)
    fresh = sum(word not in _worn_words() for word in words)
    if len(words) - fresh < 3:
        return False
    joined = f" {' '.join(words)} "
    for line in _average_lines():
        if f" {' '.join(line)} " in joined or (fresh < 2 and len(line) > 4 and _has_near(words, line)):
            return True
    if fresh:
        return False
    if _runs(words) & _known_in_full():
        return True
    about = AT_HEART.intersection(normal(text).split())
    return len(words) > 3 and bool(about and YOU_AND_I.intersection(words))


def in_full(text: str) -> list[str]:
    """A line's words in lower case, with contractions written out and fillers left out."""
    spoken = text.lower().replace("\u2019", "'")
    for pattern, written in _CONTRACTIONS:
        spoken = pattern.sub(written, spoken)
    return [word for word in normal(spoken).split() if word not in FILLERS]


def _runs(words: Sequence[str]) -> set[str]:
    """All sequences of two to six words."""
    return {" ".join(words[i:j]) for i in range(len(words)) for j in range(i + 2, min(i + 6, len(words)) + 1)}


def _has_near(words: Sequence[str], line: Sequence[str]) -> bool:
    """Whether `line` occurs in `words`, with at most one word changed, left out or added."""
    size = len(line)
    return _is_near(words, line) or any(_is_near(words[i : i + size], line) for i in range(len(words) - size + 1))


def _is_near(words: Sequence[str], line: Sequence[str]) -> bool:
    """Whether one can be made into the other by replacing, removing or inserting one word."""
    if abs(len(words) - len(line)) > 1:
        return False
    same = next((i for i, (a, b) in enumerate(zip(words, line, strict=False)) if a != b), min(len(words), len(line)))
    rest = min(len(words), len(line)) - same
    tail = max(0, rest - 1) if len(words) == len(line) else rest
    return tail == 0 or list(words[-tail:]) == list(line[-tail:])
