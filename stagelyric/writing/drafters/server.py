"""Drafts by a large language model on the band's own server: `model = "http://127.0.0.1:11434/v1#llama3.2"`.

The server is asked for many lines at once and told what they need: the lines before, the length, the words that they
may end on, who or what is in them. The answers are kept as a stock for the song, from which every place takes the lines
that fit it. These pass the same gates, and are scored and chosen beside the local models' drafts. On stage nothing
waits for the server: a line uses what the stock has by then. Where there is time (`patience`), a place waits for its
own answer.

With a server the same seed does not give the same lines: what was written is recorded, but can't be written again.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Sequence
from functools import lru_cache

from stagelyric.types.lines import Ask, normal
from stagelyric.words.lexicon import Lexicon
from stagelyric.words.phonetics import line_syllables, look_up, plain
from stagelyric.writing import planning
from stagelyric.writing.drafters.asking import Asker, Question
from stagelyric.writing.drafters.contract import Drafted, Drafting, Job, Parts, Wanted
from stagelyric.writing.rules import Ending
from stagelyric.writing.spelling import slotted

LINES = 20
"""Lines asked for in one question."""

SYSTEM = (
    "You write lines of songs in plain, concrete English. Answer with the lines alone, each on a line of its own: "
    "no numbers, no quotation marks, no comments."
)

_BEFORE = 6  # earlier lines that the question quotes
_ENDS = 30  # possible last words that the question lists
_STOCKED = 3_000  # lines kept for a song
_LOOK = 0.05  # seconds between two checks for an answer
_LEAST_WORDS, _MOST_WORDS, _LONGEST = 2, 14, 90
_MARKS = re.compile(r"^\s*(?:[-*\u2022>]+|\(?\d+[.):]|[A-Za-z][.)]\s)\s*")
_THOUGHT = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL)
_WORD = re.compile(r"[A-Za-z]+(?:'[A-Za-z]+)*(?:-[A-Za-z']+)*")


class ServerDrafter:
    """Asks a server, and keeps a stock of its lines for each song."""

    def __init__(self, asker: Asker, lexicon: Lexicon, symbols: str):
        self.asker, self.lexicon = asker, lexicon
        self._spoken = frozenset(c for c in symbols if c >= " ")
        self.stock = lru_cache(maxsize=32)(self._stock)
        self._ends = lru_cache(maxsize=256)(self._words)

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.asker.server.url.encode()).hexdigest()[:16]

    def begin(self, job: Job) -> ServerDrafting:
        return ServerDrafting(self, job)

    def ends(self, ending: Ending) -> frozenset[str]:
        """The words of an ending."""
        return self._ends(ending)

    def is_writable(self, line: str, names: Sequence[str]) -> bool:
        """Whether a line has only words that can be sung, in letters that the letter model knows."""
        if not set(line) <= self._spoken:
            return False
        told = f" {line} "
        for name in names:
            told = told.replace(planning.spelled(name), " ") if planning.spelled(name) else told
        words = _WORD.findall(told)
        known = self.lexicon.index
        return all(part.lower() in known or look_up(part) for word in words for part in word.split("-"))

    @staticmethod
    def _stock(ask: Ask) -> Stock:
        return Stock()

    def _words(self, ending: Ending) -> frozenset[str]:
        return frozenset(self.lexicon.words[int(number)] for number in ending.numbers)


class Stock:
    """The server's lines for one song, oldest first (the newest are used first), and the questions still open."""

    def __init__(self) -> None:
        self.lines: dict[str, None] = {}
        self._open: dict[tuple[object, ...], Question] = {}

    def gather(self) -> None:
        """Adds the lines of all questions answered since the last call."""
        for key, question in list(self._open.items()):
            if question.answered.is_set():
                del self._open[key]
                for line in lines_of(question.answer):
                    self.lines.setdefault(line)
        for line in list(self.lines)[: max(0, len(self.lines) - _STOCKED)]:
            del self.lines[line]

    def ask(self, asker: Asker, key: tuple[object, ...], text: str) -> Question | None:
        """The open question for a place, or a new one; None if none can be asked now."""
        if key not in self._open:
            question = asker.ask(SYSTEM, text)
            if question is None:
                return None
            self._open[key] = question
        return self._open[key]

    def without(self, text: str) -> None:
        """Removes a line that was chosen, compared without punctuation, so that it isn't drafted again."""
        for line in [line for line in self.lines if normal(line) == normal(text)]:
            del self.lines[line]


class ServerDrafting(Drafting):
    """Drafts one block from a song's stock."""

    def __init__(self, drafter: ServerDrafter, job: Job):
        self._drafter, self._job = drafter, job
        self._stock = drafter.stock(job.ask)
        sung = [line for line in job.ask.prime.splitlines() if line.strip()][-_BEFORE:]
        self._before = [list(sung) for _ in range(job.stanzas)]

    def follow(self, stanza: int, position: int, text: str) -> None:
        self._before[stanza].append(text)
        self._stock.without(text)

    def draft(self, wanted: Sequence[Wanted], attempt: int) -> list[list[Drafted]]:
        server, stock = self._drafter.asker.server, self._stock
        stock.gather()
        questions = [self._question(one) for one in wanted if not self._fitting(one)]
        until = time.monotonic() + server.patience
        for question in questions:
            while question is not None and not question.answered.is_set() and time.monotonic() < until:
                self._job.between()
                question.answered.wait(_LOOK)
        stock.gather()
        return [self._fitting(one) for one in wanted]

    def _question(self, wanted: Wanted) -> Question | None:
        ends = self._wanted_ends(wanted)
        before = self._before[wanted.stanza][-_BEFORE:]
        must = wanted.plan.must.text if wanted.plan.must else ""
        low, high = planning.metre(self._job.ask)
        text = question(self._job.ask, before, ends, must, (low, high))
        return self._stock.ask(self._drafter.asker, (*before, *ends, must), text)

    def _wanted_ends(self, wanted: Wanted) -> list[str]:
        """The most common words that the line may end on, if it has to rhyme."""
        if wanted.plan.mate is None and not self._job.ask.rhyme_with:
            return []
        numbers = sorted(map(int, wanted.ending.numbers), key=lambda n: -int(self._drafter.lexicon.count[n]))
        return [self._drafter.lexicon.words[number] for number in numbers[:_ENDS]]

    def _fitting(self, wanted: Wanted) -> list[Drafted]:
        """The stock's lines that fit a place by length, last word and what they must say."""
        job, found = self._job, list[Drafted]()
        low, high = planning.metre(job.ask)
        ends, must = self._drafter.ends(wanted.ending), wanted.plan.must
        names = [name for name in job.ask.names if planning.spelled(name)]
        for line in reversed(self._stock.lines):
            if len(found) >= max(1, len(wanted.tasks)):
                break
            count = line_syllables(line)
            says = must is not None and _says(line, must.text)
            if not low <= count <= high or (must is not None and not says):
                continue
            if _last(line) not in ends and not (says and must and must.may_end):
                continue
            if not self._drafter.is_writable(line, names):
                continue
            if must is None and any(planning.spelled(name) in line for name in names):
                continue  # a line must not have a name that isn't due in it
            text = slotted(line, [must.text]) if must is not None and must.slot else line
            if must is None or not must.slot or text.count(must.slot) == 1:
                found.append(Drafted(text, count, must))
        return found


def question(ask: Ask, before: Sequence[str], ends: Sequence[str], must: str, syllables: tuple[int, int]) -> str:
    """The text of a question for one place."""
    low, high = syllables
    told = [f"Write {LINES} different lines, each of which could come next in a song."]
    told += [f"The song is about: {', '.join(ask.themes)}."] if ask.themes else []
    told += ["The song so far:\n" + "\n".join(before)] if before else []
    told += [f"Each line has {f'{low} to {high}' if low < high else low} syllables and means something by itself."]
    told += [f"Each line ends on one of these words: {', '.join(ends)}."] if ends else []
    told += [f'"{must}" is in each line.'] if must else []
    told += [f"Never say: {', '.join(ask.avoid)}."] if ask.avoid else []
    return "\n".join(told)


def lines_of(answer: str) -> list[str]:
    """The lines of an answer, in plain letters. Whatever isn't a lyric line (comment, URL, paragraph) is left out."""
    found = []
    for raw in _THOUGHT.sub("", answer).splitlines()[:200]:
        if len(raw) > 4 * _LONGEST:
            continue
        line = plain(_MARKS.sub("", raw)).strip().strip("\"'*_` ").rstrip(" .,;:!?")
        line = " ".join(line.split())
        words = line.split()
        if not _LEAST_WORDS <= len(words) <= _MOST_WORDS or len(line) > _LONGEST:
            continue
        if re.search(r"[^A-Za-z',\- ]", line) or ":" in raw or raw.strip().startswith(("Here ", "Sure", "#")):
            continue
        found.append(line)
    return list(dict.fromkeys(found))


def _says(line: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(text)}(?!\w)", line, re.IGNORECASE) is not None


def _last(line: str) -> str:
    words = _WORD.findall(line)
    return words[-1].lower().rpartition("-")[2] if words else ""


def make(parts: Parts) -> ServerDrafter | None:
    """The drafter, if the setlist's model is a server; else None."""
    if parts.server is None:
        return None
    return ServerDrafter(Asker(parts.server), parts.language.lexicon, parts.engine.vocabulary.symbols)
