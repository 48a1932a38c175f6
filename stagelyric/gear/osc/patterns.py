"""OSC address patterns: `?`, `*`, `[a-z]`, `[!x]`, `{line,again}` (OSC 1.0, "OSC Message Dispatching and Pattern
Matching").

A pattern may come from anyone who can reach the port. So it is matched with a set of positions instead of by
backtracking: the work is at most the pattern's length times the address's, whatever it contains.
"""

from collections.abc import Iterator
from functools import lru_cache

_SIGNS = frozenset("?*[]{}")
_LONGEST = 256  # characters; a longer pattern can't be meant for addresses of 30

# One step of a pattern: alternative texts, or a set of characters (True: any of them; False: any other), or None for
# any run of characters.
_Step = tuple[str, ...] | tuple[frozenset[str], bool] | None


def is_pattern(address: str) -> bool:
    """Whether the address contains a special character of patterns."""
    return not _SIGNS.isdisjoint(address)


def matches(pattern: str, address: str) -> bool:
    """Whether the pattern matches the address. No special character matches "/"; an incomplete pattern (an open
    bracket) matches nothing."""
    steps = _steps(pattern)
    if steps is None:
        return False
    places = {0}
    for step in steps:
        places = {after for place in places for after in _after(step, address, place)}
        if not places:
            return False
    return len(address) in places


def _after(step: _Step, address: str, place: int) -> Iterator[int]:
    """The positions in the address that are possible after the step."""
    if step is None:
        end = address.find("/", place)
        yield from range(place, (len(address) if end < 0 else end) + 1)
    elif isinstance(step[0], frozenset):
        if place < len(address) and address[place] != "/" and (address[place] in step[0]) == step[1]:
            yield place + 1
    else:
        for text in step:
            if address.startswith(str(text), place):
                yield place + len(str(text))


@lru_cache(maxsize=256)
def _steps(pattern: str) -> tuple[_Step, ...] | None:
    steps: list[_Step] = []
    place = 0
    if len(pattern) > _LONGEST:
        return None
    while place < len(pattern):
        sign = pattern[place]
        close = pattern.find({"[": "]", "{": "}"}.get(sign, sign), place + 1)
        if sign == "*":
            if not steps or steps[-1] is not None:
                steps.append(None)
        elif sign == "?":
            steps.append((frozenset(), False))
        elif sign in "[{" and close < 0:
            return None
        elif sign == "[":
            steps.append(_characters(pattern[place + 1 : close]))
            place = close
        elif sign == "{":
            steps.append(tuple(pattern[place + 1 : close].split(",")))
            place = close
        elif sign in "]}":
            return None
        else:
            steps.append((sign,))
        place += 1
    return tuple(steps)


def _characters(inner: str) -> tuple[frozenset[str], bool]:
    wanted = not inner.startswith("!")
    inner = inner if wanted else inner[1:]
    found = set[str]()
    place = 0
    while place < len(inner):
        if place + 2 < len(inner) and inner[place + 1] == "-":
            low, high = sorted((ord(inner[place]), ord(inner[place + 2])))
            found.update(map(chr, range(low, min(high, low + 255) + 1)))
            place += 3
        else:
            found.add(inner[place])
            place += 1
    return frozenset(found), wanted
