"""Turns the bytes from a MIDI port into complete messages, even if they arrive split, joined or broken off."""

from __future__ import annotations

_LENGTHS = {0x80: 2, 0x90: 2, 0xA0: 2, 0xB0: 2, 0xC0: 1, 0xD0: 1, 0xE0: 2, 0xF1: 1, 0xF2: 2, 0xF3: 1, 0xF6: 0}
_SYSEX, _SYSEX_END, _REAL_TIME = 0xF0, 0xF7, 0xF8
_UNDEFINED = frozenset({0xF4, 0xF5, 0xF9, 0xFD})


class Stream:
    """The bytes of one port. System exclusive messages are left out; any status byte except a real-time one ends such a
    message, as the standard prescribes."""

    def __init__(self) -> None:
        self._running = 0  # the running status: that of the present message, or of the last one
        self._data = bytearray()
        self._exclusive = False

    def feed(self, packet: bytes) -> tuple[list[bytes], int]:
        """Returns (complete messages, the number of bytes or messages that were left out)."""
        found: list[bytes] = []
        left_out = 0
        for byte in packet:
            if byte >= _REAL_TIME:
                if byte in _UNDEFINED:
                    left_out += 1
                else:
                    found.append(bytes([byte]))
            elif byte >= 0x80:
                left_out += self._begin(byte, found)
            elif self._exclusive:
                continue
            elif not self._running:
                left_out += 1
            else:
                self._data.append(byte)
                self._close(found)
        return found, left_out

    def _begin(self, status: int, found: list[bytes]) -> int:
        """Handles a status byte; an unfinished message is discarded. Returns how much was left out."""
        broken = bool(self._data)
        self._data.clear()
        self._exclusive = status == _SYSEX
        self._running = status if _length(status) is not None else 0
        if self._running and _length(status) == 0:
            self._close(found)
        return broken + (status == _SYSEX or status in _UNDEFINED)

    def _close(self, found: list[bytes]) -> None:
        if len(self._data) < (_length(self._running) or 0):
            return
        found.append(bytes([self._running, *self._data]))
        self._data.clear()
        if self._running >= _SYSEX:
            self._running = 0  # running status is only for channel messages


def _length(status: int) -> int | None:
    """The number of data bytes after a status byte; None for exclusive and undefined ones."""
    return _LENGTHS.get(status if status >= 0xF0 else status & 0xF0)
