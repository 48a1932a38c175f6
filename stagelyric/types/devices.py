"""Finds a device by part of its name, with errors that say which there are."""

import re
import sys
from collections.abc import Sequence

# ALSA's client:port; on Windows the index in the list, which RtMidi adds.
_NUMBERS = re.compile(r"\s+\d+$" if sys.platform == "win32" else r"\s+\d+:\d+$")


MORE = "; write more of its name"


THERE_IS = "; there is: "
"""The text after it in a DeviceError's message may change from one scan to the next."""


class DeviceError(Exception):
    """No device, or more than one, matches a name. The message says what was wanted and what there is."""


class ListenError(OSError):
    """An address can't be listened on. The message names it, and says why and what to do."""


class PortInUseError(ListenError):
    """Another program uses the port."""


def plain(name: str) -> str:
    """A port's name without the numbers at its end, which change from boot to boot (`FCB1010 MIDI 1 20:0`)."""
    return _NUMBERS.sub("", name)


def find(wanted: str, names: Sequence[str], kind: str = "port") -> str:
    """Returns the one name that contains `wanted` (case-insensitive); an exact match wins over a partial one.

    Raises DeviceError if none or several match.
    """
    exact = [name for name in names if wanted.casefold() in (name.casefold(), plain(name).casefold())]
    matches = exact or [name for name in names if wanted.casefold() in plain(name).casefold()]
    if len(matches) == 1:
        return matches[0]
    if matches:
        both = " and ".join(map(repr, sorted(matches)))
        raise DeviceError(f'{kind} "{wanted}" is ambiguous: {both} both match{MORE}')
    there = ", ".join(map(repr, sorted(names))) or "none"
    raise DeviceError(f'no {kind} matches "{wanted}"{THERE_IS}{there}')
