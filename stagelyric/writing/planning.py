"""Plans each line of a stanza before any word is written: its syllables, its rhyme, and what it must say."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np

from stagelyric.types.lines import Ask, RhymeKind, Scheme
from stagelyric.words.lexicon import Lexicon
from stagelyric.words.lists import NEVER_LAST, PLACES, STOP, TITLES
from stagelyric.words.phonetics import Phones, line_syllables, plain, pronounce, readings, sung
from stagelyric.words.rhyme import assonance, kind_of_sounds, slant, tail
from stagelyric.writing.rules import Ending, Rules
from stagelyric.writing.tasks import Must, Task

STANZA = 4
MATES: dict[Scheme, tuple[int | None, ...]] = {
    "AABB": (None, 0, None, 2),
    "ABAB": (None, None, 0, 1),
    "ABCB": (None, None, None, 1),
    "AAAA": (None, 0, 0, 0),
    "free": (None, None, None, None),
}
"""For each line of a quatrain, the earlier one that it rhymes with; None for none."""

RARITY, RARITY_SPREAD = 0.375, 0.085
"""Mean and spread (standard deviation) of a line's rarity (mean `Lexicon.rarity` of its words) in songs by people.

Each line gets a rarity drawn from this distribution: lines that were all equal to the mean would sound like a machine.
"""

SCENE, BOTH = 2, 0.2
"""SCENE: stanzas in a scene, for which one person or place stays; BOTH: how often both of two scenes have one (one of
the two always has).

Each is named twice in its scene, since a name that never returns means nothing. This gives a name in one line of four
at the song's start and in one of seven after it, like songs by people that have a hero.
"""
_LEADS = 0.5  # share of the later scenes that have the first name again; the others take turns
THEME_RATE = 0.5
"""The share of stanzas with a theme in them, if the ask has a theme that the model would not come to by itself."""
_PLACE_ENDING = re.compile(
    r".(?:ton|ville|burg|burgh|borough|bury|ford|mouth|port|land|shire|stan|polis|chester|minster|haven|hurst|wick|dale)$"
)
_FEW = 5  # with fewer perfect rhymes than this, looser ones are added where the ask allows them
_LIVING = 30  # times in the corpus, from which a word counts as in common use
_ENDINGS = ("'s", "s", "es", "ed", "d", "ing", "er", "ers", "est", "ly", "ness", "less", "ful", "y")
_LONGEST = 24


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan of one line: its syllables, the line that it rhymes with, what it must say, how rare its words are."""

    syllables: int
    mate: int | None
    to_be_rhymed: bool
    must: Must | None
    rarity: float = 0.37


def stanza(
    ask: Ask,
    rng: np.random.Generator,
    number: int,
    themes: Sequence[str] = (),
    names: Sequence[str] = (),
    slots: tuple[str, str] = ("", ""),
) -> tuple[Plan, ...]:
    """The plans of the four lines of a shelf's quatrain `number`. Lines that rhyme get the same length.

    Some lines get one of `names` (the first most often, the others in turn), some stanzas one of `themes`.
    """
    mates = MATES[ask.rhyme]
    low, high = metre(ask)
    pairs = [position if mate is None else mate for position, mate in enumerate(mates)]
    if ask.rhyme == "free":
        pairs = [0, 1, 0, 1]
    lengths = rng.integers(low, high + 1, size=STANZA)
    called = named_in(ask, number, names)
    for position, name in called.items():  # long enough to say the name, if the range allows it
        needed = line_syllables(name) + 2
        lengths[pairs[position]] = max(lengths[pairs[position]], min(high, needed))
    theme_at = int(rng.integers(STANZA)) if themes and rng.random() < THEME_RATE else None
    plans = []
    for position, mate in enumerate(mates):
        length = int(lengths[pairs[position]])
        rhymed = position in mates
        must = None
        may_end = mate is None and not rhymed
        if position in called:
            must = as_name(called[position], may_end=may_end, slots=slots)
        elif position == theme_at:
            theme = spelled(themes[int(rng.integers(len(themes)))])
            must = Must(theme, _length(theme, ask.elisions), may_end=may_end)
        if must is not None and must.syllables > length - 2:
            must = None
        rarity = float(np.clip(rng.normal(RARITY, RARITY_SPREAD), RARITY - 0.13, RARITY + 0.2))
        plans.append(Plan(length, mate, rhymed, must, rarity))
    return tuple(plans)


def named_in(ask: Ask, number: int, names: Sequence[str]) -> dict[int, str]:
    """The names due in quatrain `number` of a shelf, by position of the line; depends on the ask and number only."""
    if not names:
        return {}
    scene, stanza = divmod(number, SCENE)
    rng = np.random.default_rng([int(ask.digest, 16), scene])
    leads = scene == 0 or len(names) == 1 or rng.random() < _LEADS
    if scene:
        pair, place = divmod(scene - 1, 2)
        draw = np.random.default_rng([int(ask.digest, 16), pair, 1]).random()
        if draw >= BOTH and (draw < (1 + BOTH) / 2) != (place == 0):
            return {}
    name = names[0] if leads else names[1 + scene % (len(names) - 1)]
    first, second = rng.choice(SCENE * STANZA, size=2, replace=False)
    if scene == 0 and min(first, second) >= STANZA:
        first -= STANZA  # the song's first name is introduced in its first stanza
    return {int(at) % STANZA: name for at in (first, second) if at // STANZA == stanza}


def shift(ask: Ask) -> float:
    """What an ask's wildness adds to its lines' rarity: -.07 at 0, 0 at 0.5, +.07 at 1."""
    return (ask.wildness - 0.5) * 0.14


def rhyme_of(scheme: Scheme, position: int) -> int:
    """The index of a line's rhyme in its stanza, in order of appearance: for AABB 0, 0, 1, 1."""
    mates = MATES[scheme]
    letters: list[int] = []
    for mate in mates[: position + 1]:
        letters.append(letters[mate] if mate is not None else len(set(letters)))
    return letters[-1]


def metre(ask: Ask) -> tuple[int, int]:
    """The asked range of syllables, limited to 1 … 24."""
    low, high = sorted(ask.syllables)
    return max(1, min(low, _LONGEST)), max(1, min(high, _LONGEST))


def as_name(name: str, *, may_end: bool, slots: tuple[str, str] = ("", "")) -> Must:
    """A name to say, in plain letters ("Montréal" is drafted as "Montreal").

    `slots`: the characters that stand for a person and a place, if the model has them; else "".
    """
    return Must(
        spelled(name),
        max(1, line_syllables(name)),
        own=True,
        may_end=may_end,
        slot=slots[is_place(name)],
        place=is_place(name),
    )


def is_place(name: str) -> bool:
    """Whether a name looks like a place's rather than a person's, judged by its last word, as no list has all names."""
    words = spelled(name).lower().split()
    return bool(words) and words[0] not in TITLES and (words[-1] in PLACES or bool(_PLACE_ENDING.search(words[-1])))


def as_word(word: str, rules: Rules, *, may_end: bool) -> Must:
    """A word or phrase to say, in lower case if the lexicon has it in lower case."""
    text = spelled(word)
    number = rules.lexicon.index.get(text.lower())
    if number is not None:
        text = text.lower() if int(rules.lexicon.forms[number]) & 1 else text[:1].upper() + text[1:].lower()
    ends = text.split()[-1].lower() not in NEVER_LAST if text else False
    own = text[:1].isupper() and text not in ("I", "Oh")
    length = line_syllables(word) if number is None else int(rules.lexicon.syllables[number])
    return Must(text, max(1, length), own=own, may_end=may_end and ends)


def _length(text: str, elisions: bool) -> int:
    """The syllables of something to say that isn't a name."""
    words = text.split() if elisions else ()
    return max(1, sum(sung(word.lower(), pronounce(word)) for word in words) if elisions else line_syllables(text))


def inflected(must: Must, rules: Rules) -> list[Must]:
    """Other forms of a single word of the lexicon that begin with it: "rains", "rain's", "rained", "raining"."""
    lexicon, word = rules.lexicon, must.text
    if must.own or len(word) < 3 or word in STOP or word not in lexicon.index:
        return []
    sibilant = word.endswith(("s", "x", "z", "ch", "sh"))
    double = word + word[-1] if re.fullmatch(r"[^aeiou]*[aeiou][bdgklmnprt]", word) else word
    forms = [word + ("es" if sibilant else "s"), word + "'s", word + "d" if word.endswith("e") else double + "ed"]
    forms += [] if word.endswith("e") else [double + "ing"]
    numbers = [number for form in forms if (number := lexicon.index.get(form)) is not None and rules.allowed[number]]
    made = []
    for number in numbers:
        form, length = lexicon.words[number], int(lexicon.syllables[number])
        made.append(replace(must, text=form, syllables=length, may_end=must.may_end and not form.endswith("'s")))
    return made


def has_word(text: str, word: str) -> bool:
    """Whether a line has a wanted word, or a form of it that begins with it."""
    form = re.escape(plain(word).lower())
    again = re.escape(plain(word).lower()[-1:])
    found = re.search(rf"(?<![a-z]){form}(?:s|es|'s|d|{again}?ed|{again}?ing)?(?![a-z])", plain(text).lower())
    return found is not None


def spelled(text: str) -> str:
    """A text in the letters that drafts use: ASCII letters, apostrophes, hyphens and single spaces."""
    return " ".join("".join(c if c.isascii() and (c.isalpha() or c in "'-") else " " for c in plain(text)).split())


def tasks(plan: Plan, drafts: int, low: int, high: int, ending: int, rng: np.random.Generator) -> list[Task]:
    """The tasks for the drafts of one line: a quarter are a syllable longer or shorter, and most say what the plan must
    say.

    If there is something to say, there are twice as many. In about two thirds, the model chooses where to say it.
    """
    made = []
    for i in range(drafts * (2 if plan.must is not None else 1)):
        length = plan.syllables
        if i % 4 == 3:
            length = min(high, max(low, length + (1 if rng.random() < 0.5 else -1)))
        must = plan.must if i % 8 != 7 else None
        after = 1 if must is not None and must.place else 0  # leaves room for a preposition: "to Leith", "in Leith"
        if must is not None and i % 3 == 0 and rng.random() > 0.2:
            after = int(rng.integers(1, max(2, length - must.syllables + 1)))
        made.append(Task(length, ending, must, after))
    return made


def wanted(
    must: Must, drafts: int, low: int, high: int, ending: Ending, rng: np.random.Generator, forms: Sequence[Must] = ()
) -> list[Task]:
    """Tasks for drafts that say a word, each at another place in the line; longer than asked if the word is too long.

    A quarter of them use one of its other `forms`, which are chosen where they score better.
    """
    exact, made = must, []
    for i in range(drafts):
        must = forms[(i // 4) % len(forms)] if forms and i % 4 == 3 else exact
        tail = 0 if must.may_end else ending.least
        length = max(int(rng.integers(low, high + 1)), must.syllables + tail)
        latest = length - must.syllables - tail
        after = round(i * latest / max(1, drafts - 1))
        made.append(Task(length, 0, must, after))
    return made


def rhymes(
    rules: Rules,
    sound: Phones,
    barred: Collection[str],
    loose: int = 0,
    kind: RhymeKind | None = None,
    avoided: Collection[str] = (),
) -> list[int]:
    """The numbers of the words that rhyme with a sound and may end a line: perfect rhymes, then slant rhymes, then
    assonances.

    Words of `barred`, forms of them, and words that sound the same are left out, and so are those of `avoided` (words
    that ended a line lately) unless too few others rhyme as closely. Looser rhymes are added as follows. `kind` None:
    if no perfect rhyme is in common use, or from `loose` 2 on; "perfect": only if there is no perfect rhyme; any other:
    if there are few perfect rhymes, slant rhymes and assonances in any case from `loose` 1 and 2 on.
    """
    lexicon, key = rules.lexicon, tail(sound)
    found: list[int] = []
    forms = {stem for word in barred for stem in stems(word)}
    groups = (lexicon.by_tail.get(key), lexicon.by_slant.get(slant(key)), lexicon.by_vowels.get(assonance(key)))
    for step, group in enumerate(groups):
        for number in group or ():
            word = lexicon.words[number]
            if not rules.last_words[number] or number in found or not forms.isdisjoint(stems(word)):
                continue
            if kind_of_sounds(lexicon.phones(number), sound) not in (None, "same"):
                found.append(number)
        for among in ([number for number in found if lexicon.words[number] not in avoided], found):
            if _are_enough(lexicon, among, step, loose, kind):
                return among
    return found


def _are_enough(lexicon: Lexicon, found: Sequence[int], step: int, loose: int, kind: RhymeKind | None) -> bool:
    """Whether no looser rhymes than those of `step` (0 perfect, 1 slant, 2 assonance) are needed."""
    if kind == "perfect":
        return bool(found)
    if kind is None:
        living = any(int(lexicon.count[number]) >= _LIVING for number in found)
        return step >= loose - 1 and (living or (step > 0 and len(found) >= _FEW))
    return step >= loose and len(found) >= _FEW


def has_living_rhyme(lexicon: Lexicon, word: str) -> bool:
    """Whether a word in common use, which is not a form of `word`, rhymes perfectly with it."""
    own = stems(word)
    return any(
        int(lexicon.count[number]) >= _LIVING
        and own.isdisjoint(stems(lexicon.words[number]))
        and kind_of_sounds(lexicon.phones(number), sound) == "perfect"
        for sound in readings(word)
        for number in lexicon.by_tail.get(tail(sound), ())
    )


def stems(word: str) -> frozenset[str]:
    """A word and the words that it may be a form of: for "windows" also "window", for "darkness" "dark"."""
    shorter = (word[: -len(ending)] for ending in _ENDINGS if word.endswith(ending) and len(word) - len(ending) > 2)
    return frozenset((word, *(stem for short in shorter for stem in (short, short.rstrip("e"), short + "e"))))


def last_word(words: Sequence[str]) -> str:
    """The last of a line's words; "" if there is none."""
    return words[-1] if words else ""
