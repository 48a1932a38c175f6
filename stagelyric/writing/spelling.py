"""A draft as it is shown: a capital, names in their own spelling, articles as they sound, a mark where one is due."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial

from stagelyric.lm.codes import PERSON, PLACE
from stagelyric.writing import planning
from stagelyric.writing.rules import Rules
from stagelyric.writing.tasks import Must

_ARTICLE = re.compile(r"\b([Aa])n? ([A-Za-z']+)")


class Spelling:
    """How one block's drafts, which are of plain letters, are written at last."""

    def __init__(self, names: Sequence[str], rules: Rules):
        """`names`: names and words to be written as they are here, accents and all."""
        self._rules = rules
        self._names = spellings(names)

    def finished(self, text: str, must: Must | None, closing: str) -> str:
        """`must`: what stands where the draft has a slot; `closing`: the mark that the model would close on."""
        return self.polished(_filled(text, must), closing)

    def polished(self, text: str, closing: str) -> str:
        """The line as it is shown, of a draft without slots."""
        text = self.with_articles(" ".join(text.partition("\n")[0].split()).strip(" ,"))
        for pattern, spelling in self._names:
            text = pattern.sub(partial(respelled, spelling), text)
        text = text[:1].upper() + text[1:]
        return text + closing if closing == "?" else text

    def with_articles(self, text: str) -> str:
        """With "a" or "an" as the next word sounds: last word first, the article is chosen before the word is known."""

        def fitting(found: re.Match[str]) -> str:
            sound = self._rules.sound(found[2].lower())
            vowel = bool(sound) and sound[0][-1].isdigit()
            return f"{found[1]}{'n' if vowel else ''} {found[2]}"

        return _ARTICLE.sub(fitting, text)


def slotted(text: str, names: Sequence[str]) -> str:
    """A text with a slot (`lm.codes`) for each of these names."""
    for name in names:
        if planning.spelled(name):
            text = text.replace(name, PLACE if planning.is_place(name) else PERSON)
    return text


def spellings(names: Sequence[str]) -> list[tuple[re.Pattern[str], str]]:
    """How what is drafted in plain letters is written at last: what to look for, and what to write (`respelled`)."""
    pairs = [(planning.spelled(name), name.strip()) for name in names]
    return [
        (re.compile(rf"(?<![\w']){re.escape(drafted)}(?!\w)", re.IGNORECASE), name)
        for drafted, name in pairs
        if drafted and drafted != name
    ]


def respelled(spelling: str, drafted: re.Match[str]) -> str:
    """The spelling, with a capital where the draft had one."""
    return spelling[:1].upper() + spelling[1:] if drafted[0][0].isupper() else spelling


def _filled(text: str, must: Must | None) -> str:
    """A draft with its name where the slot was."""
    return text.replace(must.slot, must.text) if must is not None and must.slot else text
