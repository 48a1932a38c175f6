"""Compares names as people see them: names that look the same are equal, however they were typed."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

_SAME = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u00b4\u02bc\u02b9\u0060\uff07", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb\uff02", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d\u30fb", "-"),
        **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff\ufe0e\ufe0f", None),
    }
)


def alike(name: str) -> str:
    """The form in which names are compared: NFKC, case-folded, apostrophes, quotes and dashes unified, single spaces.

    Accents count: "Cafe" is not "Café".
    """
    if name.isascii():
        return " ".join(name.replace("`", "'").casefold().split())
    # Must be done before NFKC, which turns "´" into a space and a combining accent.
    folded = unicodedata.normalize("NFKC", name.translate(_SAME)).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).translate(_SAME).split())


def find(wanted: str, names: Sequence[str], after: int | None = None) -> int | None:
    """The index of a name among names, or None; of equal ones the first after index `after`, wrapping around."""
    form = alike(wanted)
    places = [place for place, name in enumerate(names) if alike(name) == form]
    if not places:
        return None
    return next((place for place in places if after is not None and place > after), places[0])


def numbered(names: Sequence[str], mark: str = "{} {}") -> list[str]:
    """The names, with a number appended to repeated ones: verse, chorus, verse 2, chorus 2. A number is skipped if the
    result is already among the names."""
    forms = [alike(name) for name in names]
    taken, seen, found = set(forms), set[str](), []
    numbers: dict[str, int] = {}  # for each repeated name, the next number to try
    for name, form in zip(names, forms, strict=True):
        label, number = name, numbers.get(form, 2)
        while form in seen or (label != name and form in taken):
            label, number = mark.format(name, number), number + 1
            form = alike(label)
        numbers[alike(name)] = number
        seen.add(form)
        found.append(label)
    return found
