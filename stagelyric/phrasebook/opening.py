"""Turns songs into frames: names become open slots, and alternatives are proposed for some words.

A proposal is marked "?" and isn't sung until somebody keeps it (see `reader`). It rhymes if the line has to rhyme, is
within a syllable of the word it replaces, and is of the same part of speech.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from stagelyric.phrasebook import checks, ends, grammar, hands, near_themes, proposals, sung
from stagelyric.phrasebook.book import Book
from stagelyric.phrasebook.classes import Classes
from stagelyric.phrasebook.compiled import Entry
from stagelyric.phrasebook.substitutes import Substitute, Substitutes
from stagelyric.phrasebook.sung import Stanza
from stagelyric.types.lines import normal
from stagelyric.words.formats import Sheet
from stagelyric.words.lists import STOP
from stagelyric.words.names import Names

HEADER = """\
# Songs of the band, opened into frames. On stage: frames = "{name}" in the setlist.
# A ? before an alternative: it is proposed, and not sung until you take the ? away. stagelyric frames {name} --page
# goes through them with a thumb. A ? before a tag: it is a guess, and counts until you write another.
@@ own
"""
Hear = Callable[[Sequence[str], Sequence[Sequence[str]]], list[float]]
"""Scores lines for sense, each after the lines before it: `editor.Editor.score`."""

_MOST = {2: 5, 4: 9}
"""Most proposals for a couplet, and for a quatrain."""
_A_WORD, _A_LINE = 2, 3
_HEARD = 5  # substitutes for a word that the editor scores
_LOSS = 0.25  # nats of sense that a line may lose by a substitute
_ROOM = checks.LONGEST
_ALIKE = 24  # the most similar frames, from which a stanza's mood and hand are guessed
_TENSES = {"VERB|Fin|ed": "past", "VERB|Fin|s": "present"}
_WHO = (
    ("I", {"i", "me", "my", "i'm", "i'll", "i'd", "i've", "mine"}), ("you", {"you", "your", "you're", "you'll"}),
    ("we", {"we", "us", "our", "we're", "we'll"}), ("he", {"he", "him", "his"}), ("she", {"she", "her", "hers"}),
    ("they", {"they", "them", "their"}),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Song:
    """One song: its title, and its stanzas, each with the kind of its section."""

    title: str
    stanzas: tuple[tuple[str, tuple[str, ...]], ...]

    @classmethod
    def of(cls, sheet: Sheet, name: str) -> Song:
        """The song on a sheet; `name`: its title if the sheet has none."""
        return cls(sheet.tags.get("title", "") or name, sheet.stanzas)


@dataclass(slots=True)
class Result:
    """The result for some songs. `frames`: texts; `lines` of `all_lines` are in them; `proposed`: alternatives."""

    frames: list[str] = field(default_factory=list)
    lines: int = 0
    all_lines: int = 0
    proposed: int = 0
    known: int = 0


@dataclass(frozen=True, slots=True)
class _Offer:
    """A proposed substitute for a word of a line."""

    line: int
    word: int
    what: Substitute


class Opener:
    """Turns stanzas into frames. `hear`: the editor's score, to reject substitutes that spoil a line; None: without."""

    def __init__(self, book: Book, substitutes: Substitutes, names: Names, hear: Hear | None = None):
        self.book, self.substitutes, self.names, self.hear = book, substitutes, names, hear
        self._classes: Classes = book.classes
        self._frames_of = self._by_word()

    def songs(self, songs: Iterable[Song], known: Iterable[str] = ()) -> Result:
        """The frames of some songs' stanzas, each stanza once. `known`: first lines that are in a file already."""
        result, there = Result(), {normal(line) for line in known}
        seen: set[tuple[str, ...]] = set()
        for song in songs:
            parts = list(_cut(song))
            for number, (kind, lines) in enumerate(parts):
                said = tuple(normal(sung.plain(line)) for line in lines)
                if said[0] in there or said in seen:
                    result.known += said[0] in there
                    continue
                seen.add(said)
                if text := self._opened(song.title, kind, lines, number == 0, number == len(parts) - 1):
                    result.frames.append(text)
                    result.lines += len(lines)
                    result.proposed += proposals.waiting(text)
            result.all_lines += sum(len(lines) for _, lines in song.stanzas)
        return result

    def _opened(self, title: str, kind: str, lines: Sequence[str], first: bool, last: bool) -> str:
        """The text of a stanza's frame; "" if it can't be made into one."""
        made = sung.stanza(lines, self.names, self._classes)
        if made is None:
            return ""
        at = hands.at_for(kind) or ("opening" if first else "ending" if last else "middle")
        tags = self._tags(made, title, at)
        for beside in (self._proposals(made), []):
            text = f"{_above(title, kind, made)}{tags}\n" + "\n".join(_written(made, beside)) + "\n"
            parsed = grammar.parse(f"@@ own\n\n{text}", proposed=True)
            faults = [one for frame in parsed.frames for one in checks.findings(frame, self._classes) if one.error]
            if parsed.frames and not parsed.findings and not faults:
                return text
        return ""

    # -- proposals

    def _proposals(self, made: Stanza) -> list[_Offer]:
        lines = [[w.bare for w in line] for line in made.lines]
        about = self._about(made)
        often = Counter(word for line in lines for word in line)
        found: list[list[_Offer]] = []
        for number, line in enumerate(lines):
            for at, word in enumerate(line):
                if made.lines[number][at].marker or often[word] > 1 or not word.isalpha():
                    continue
                able = [one for one in self.substitutes.of(line, at, about) if one.text not in often]
                able = [
                    one for one in able if self._rhymes(made, number, at, one.text) and _short(made, number, at, one)
                ]
                if chosen := self._heard(made, number, at, able):
                    found.append([_Offer(number, at, one) for one in chosen])
        return _spread(found, _MOST[len(lines)])

    def _about(self, made: Stanza) -> Callable[[str], float]:
        """A function that says how close a word is to what a stanza is about, 0 to 1."""
        index, vectors = self.substitutes.lexicon.index, self.substitutes.vectors
        numbers = [n for line in made.lines for w in line if w.bare not in STOP and (n := index.get(w.bare))]
        mean = vectors[numbers].sum(axis=0)
        near = vectors @ (mean / max(1e-6, float((mean**2).sum() ** 0.5)))
        return lambda word: max(0.0, float(near[index[word]])) if word in index else 0.0

    def _rhymes(self, made: Stanza, number: int, at: int, other: str) -> bool:
        """Whether a word may replace another: at a line end that rhymes, it must rhyme with the others of its group."""
        line = made.lines[number]
        scheme, slant = sung.measured(made)
        tied = [i for i, letter in enumerate(scheme) if letter == scheme[number] and i != number]
        if at < len(line) - 2 or scheme == "free" or not tied:
            return True
        if slant and at == len(line) - 1:
            return False
        said = [w.text for w in line]
        said[at : at + 1] = other.split()
        return all(ends.kind(said[-2:], [w.text for w in made.lines[i]][-2:]) == "perfect" for i in tied)

    def _heard(self, made: Stanza, number: int, at: int, able: Sequence[Substitute]) -> list[Substitute]:
        """The best few substitutes; with an editor, only those by which the line loses no sense."""
        if self.hear is None or not able:
            return list(able[:_A_WORD])
        texts = made.texts
        plain = [w.text for w in made.lines[number]]
        lines = [texts[number]]
        for one in able[:_HEARD]:
            lines.append(" ".join([*plain[:at], one.text, *plain[at + 1 :]]))
        was, *now = self.hear(lines, [texts[:number]] * len(lines))
        heard = [(sense, one) for sense, one in zip(now, able, strict=False) if sense >= was - _LOSS]
        heard.sort(key=lambda item: (-item[0] - 0.1 * item[1].score, item[1].text))
        return [one for _, one in heard[:_A_WORD]]

    # -- tags

    def _tags(self, made: Stanza, title: str, at: str) -> str:
        scheme, slant = sung.measured(made)
        words = [w.bare for line in made.lines for w in line]
        alike = self._alike(words)
        themes = self._themes([*normal(title).split(), *words], alike)
        mood = self._most_of(alike, lambda entry: [mood for mood in entry.mood if mood in ("dark", "bright")], "dark")
        hand = self._most_of(alike, lambda entry: [entry.hand], "plain")
        told = [f"scheme {scheme}"] + (["slant"] if slant else [])
        told += [f"mood ?{mood}", "themes " + " ".join(f"?{theme}" for theme in themes), f"hand ?{hand}"]
        told += [f"who {_who(made, words)}", f"tense {self._tense(words)}", f"at {at}"]
        return "@ " + "; ".join(told)

    def _by_word(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        before = 0
        for volume in self.book.volumes:
            for word, lines in volume.compiled.words.items():
                if word not in STOP:
                    found.setdefault(word, []).extend({before + line // 4 for line in lines})
            before += len(volume.compiled.entries)
        return found

    def _alike(self, words: Sequence[str]) -> list[tuple[float, int]]:
        """The frames that share most words with a stanza, rare words counting more."""
        score: dict[int, float] = defaultdict(float)
        for word in dict.fromkeys(words):
            frames = self._frames_of.get(word, ())
            for frame in frames:
                score[frame] += len(frames) ** -0.5
        return [(worth, frame) for frame, worth in sorted(score.items(), key=lambda item: (-item[1], item[0]))[:_ALIKE]]

    def _most_of(self, alike: Sequence[tuple[float, int]], of: Callable[[Entry], Sequence[str]], otherwise: str) -> str:
        """The most frequent value among similar frames."""
        worth: dict[str, float] = defaultdict(float)
        for value, frame in alike:
            for said in of(self.book.entries[frame]):
                worth[said] += value
        return max(sorted(worth), key=lambda said: worth[said]) if worth else otherwise

    def _themes(self, words: Sequence[str], alike: Sequence[tuple[float, int]]) -> list[str]:
        worth: dict[str, float] = defaultdict(float)
        for word in dict.fromkeys(words):
            if word not in STOP:
                for theme, value in near_themes.wanted([word], self.book.table).items():
                    worth[theme] += value
        total = sum(value for value, _ in alike) or 1.0
        for value, frame in alike:
            for theme in self.book.entries[frame].themes[:2]:
                worth[theme] += 1.5 * value / total
        return [theme for theme, _ in sorted(worth.items(), key=lambda item: (-item[1], item[0]))[:3]] or ["memory"]

    def _tense(self, words: Sequence[str]) -> str:
        found: Counter[str] = Counter()
        for at, word in enumerate(words):
            kind = self.substitutes.kind(words, at)
            if kind in _TENSES:
                found[_TENSES[kind]] += 1
            elif word in ("was", "were", "had", "did", "went", "said"):
                found["past"] += 1
            elif word in ("is", "are", "am", "i'm", "has", "does"):
                found["present"] += 1
        return found.most_common(1)[0][0] if found else "none"


def _cut(song: Song) -> Iterable[tuple[str, tuple[str, ...]]]:
    """A song's stanzas cut into quatrains and couplets; a single line left over is dropped."""
    for kind, lines in song.stanzas:
        at = 0
        while len(lines) - at >= 2:
            size = 4 if len(lines) - at >= 4 else 2
            yield kind, lines[at : at + size]
            at += size


def _above(title: str, kind: str, made: Stanza) -> str:
    """The comment above a frame: the song, the stanza's original first line, and the names in it."""
    said = f"# {sung.plain(title)}{f', {sung.plain(kind)}' if kind else ''}: {made.texts[0]}\n"
    if made.named:
        said += "# " + "; ".join(f"{marker}: {sung.plain(name)}" for marker, name in sorted(made.named.items())) + "\n"
    return said


def _written(made: Stanza, offers: Sequence[_Offer]) -> list[str]:
    """The lines of a frame, with the proposals."""
    told = []
    for number, line in enumerate(made.lines):
        words = []
        for at, word in enumerate(line):
            beside = [one.what.text for one in offers if (one.line, one.word) == (number, at)]
            if not at:
                beside = [text[:1].upper() + text[1:] for text in beside] if word.text[:1].isupper() else beside
            words.append(word.written("{" + "|?".join([word.text, *beside]) + "}" if beside else None))
        told.append(" ".join(words))
    return told


def _short(made: Stanza, number: int, at: int, one: Substitute) -> bool:
    line = made.texts[number]
    return len(line) + len(one.text) - len(made.lines[number][at].text) <= max(_ROOM, len(line))


def _spread(found: Sequence[list[_Offer]], most: int) -> list[_Offer]:
    """The best proposals, not too many in a line: the first substitutes of all words before any second ones."""
    kept: list[_Offer] = []
    words: Counter[int] = Counter()
    for group in sorted(found, key=lambda group: -group[0].what.score):
        if words[group[0].line] < _A_LINE and len(kept) < most:
            words[group[0].line] += 1
            kept += group[: most - len(kept)]
    return kept


def _who(made: Stanza, words: Sequence[str]) -> str:
    said = set(words)
    found = [who for who, forms in _WHO if said & forms]
    if any(marker.startswith("*person") for marker in made.named):
        found = ["named", *found]
    return " ".join(found[:2]) or "nobody"
