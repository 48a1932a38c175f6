"""Decides whether words from outside (OSC, a page, the audience) may be shown."""

from dataclasses import replace

from stagelyric.gates import family
from stagelyric.setlist.setlist import Setlist
from stagelyric.types.actions import Do
from stagelyric.types.lines import normal
from stagelyric.types.texts import NAME, SAYING, WORD, cleaned

_LONGEST = {"say": SAYING, "heard": SAYING, "word": WORD}  # maximum length in characters of a text from outside


def cut_short(do: Do) -> Do:
    """The action with its text cut to the maximum length and without characters that no page can display."""
    return replace(do, value=cleaned(do.value, _LONGEST.get(do.action, NAME))) if isinstance(do.value, str) else do


def takes_long(do: Do) -> bool:
    """Whether the text is too long or too unusual to be judged while a press waits."""
    return do.action in _LONGEST and not family.is_quick(str(do.value))


def unfit(do: Do, setlist: Setlist) -> str | None:
    """The reason why the words may not be shown, or None if they may. A requested word is never an obscenity or a slur;
    a family-friendly setlist forbids more, in any text; and no text may contain what the setlist avoids."""
    if do.action not in ("say", "word"):
        return None
    text, for_a_family = str(do.value), setlist.family_friendly
    judged = for_a_family or do.action == "word"
    if judged and family.found(text, mild=for_a_family) is not None:
        return "it is not for a family" if for_a_family else "it is an obscenity or a slur"
    spoken = f" {normal(text)} "
    avoided = any(f" {normal(phrase)} " in spoken for phrase in setlist.avoid)
    return "it has words that the setlist avoids" if avoided else None
