"""MIDI notes by their names, C4 = 60 (scientific pitch)."""

import re

_SEMITONES = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11}
_NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
_NOTE = re.compile(r"([A-Ga-g])([#b]?)(-?\d+)")


def note_number(name: str) -> int:
    """A MIDI note number 0-127 from a note's name. Raises ValueError."""
    match = _NOTE.fullmatch(name.strip())
    if match:
        letter, accidental, octave = match.groups()
        number = _SEMITONES[letter.lower()] + {"#": 1, "b": -1, "": 0}[accidental] + 12 * (int(octave) + 1)
        if 0 <= number <= 127:
            return number
    raise ValueError(f'wanted a note from "C-1" to "G9" or a number from 0 to 127, found "{name}"')


def note_name(number: int) -> str:
    """The name of a MIDI note number: 60 is "C4"."""
    return f"{_NAMES[number % 12]}{number // 12 - 1}"
