"""Spells a draft as it is shown: capitals, names as the user writes them, "a" or "an", and a closing mark."""

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
    """The spelling of one block's drafts, which are in plain letters."""

    def __init__(self, names: Sequence[str], rules: Rules):
        """`names`: names and words to be spelled exactly as given, including accents."""
        self._rules = rules
        self._names = spellings(names)

    def finished(self, text: str, must: Must | None, closing: str) -> str:
        """A draft as shown. `must`: what stands in its slot; `closing`: the mark that the model would close on."""
        return self.polished(_filled(text, must), closing)

    def polished(self, text: str, closing: str) -> str:
        """A draft without slots, as shown."""
        text = self.with_articles(" ".join(text.partition("\n")[0].split()).strip(" ,"))
        for pattern, spelling in self._names:
            text = pattern.sub(partial(respelled, spelling), text)
        text = text[:1].upper() + text[1:]
        return text + closing if closing == "?" else text

    def with_articles(self, text: str) -> str:
        """Corrects "a" and "an" before the next word: drafts written backwards choose the article last."""

        def fitting(found: re.Match[str]) -> str:
            sound = self._rules.sound(found[2].lower())
            vowel = bool(sound) and sound[0][-1].isdigit()
            return f"{found[1]}{'n' if vowel else ''} {found[2]}"

        return _ARTICLE.sub(fitting, text)


def slotted(text: str, names: Sequence[str]) -> str:
    """A text with a slot (`lm.codes`) in place of each of these names."""
    for name in names:
        if planning.spelled(name):
            slot = PLACE if planning.is_place(name) else PERSON
            text = re.sub(rf"(?<![\w']){re.escape(name)}(?!\w)", slot, text)
    return text


def spellings(names: Sequence[str]) -> list[tuple[re.Pattern[str], str]]:
    """For each name with a special spelling, a pattern to find its plain form, and the spelling to use
    (`respelled`)."""
    pairs = [(planning.spelled(name), name.strip()) for name in names]
    return [
        (re.compile(rf"(?<![\w']){re.escape(drafted)}(?!\w)", re.IGNORECASE), name)
        for drafted, name in pairs
        if drafted and drafted != name
    ]


def respelled(spelling: str, drafted: re.Match[str]) -> str:
    """The spelling, capitalised if the draft's form was."""
    return spelling[:1].upper() + spelling[1:] if drafted[0][0].isupper() else spelling


def _filled(text: str, must: Must | None) -> str:
    """A draft with its slot replaced by the name."""
    return text.replace(must.slot, must.text) if must is not None and must.slot else text
