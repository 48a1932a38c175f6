"""Keeps hosts that flood the OSC port out of its socket, in the kernel.

A socket's buffer is one for all: while a host that is not heard sends as fast as it can, presses of others find it
full and are lost, however little it costs to turn a datagram away. So the datagrams of such a host are dropped before
they get there, by a filter on the socket (classic BPF). Linux has these; elsewhere nothing is kept out.
"""

import ctypes
import ipaddress
import socket
import struct
import sys
from collections.abc import Callable, Collection

FLOOD = 500  # datagrams that were turned away within a second, from which on a host counts as flooding
AWAY = 10.0  # seconds for which it is kept out
MOST = 64  # hosts that are kept out, or counted, at once

_ATTACH, _DETACH = 26, 27  # SO_ATTACH_FILTER, SO_DETACH_FILTER
_NETWORK = 0xFFF00000  # SKF_NET_OFF: offsets count from the datagram's IP header
_SOURCE = 12  # of the sender's address in an IPv4 header
_BYTE, _WORD, _SHIFT, _EQUAL, _RETURN = 0x30, 0x20, 0x74, 0x15, 0x06  # ldb, ld, rsh, jeq, ret: with a constant


class Sieve:
    """Keeps flooding hosts out of the socket given to `bind`. The input calls `turned_away` for each datagram that it
    refuses, so that they can be counted by host."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._socket: socket.socket | None = None
        self._counted: dict[str, int] = {}
        self._since = clock()
        self._out: dict[str, float] = {}  # until when each host is kept out

    def bind(self, bound: socket.socket | None) -> None:
        """Sets the socket that is filtered; None once it is closed."""
        self._socket = bound
        self._out.clear()

    def turned_away(self, host: str) -> bool:
        """Counts a datagram that was turned away; returns whether its host is kept out from now on."""
        now = self._clock()
        if now - self._since >= 1.0 or len(self._counted) > MOST:
            self._since = now
            self._counted.clear()
        self._counted[host] = self._counted.get(host, 0) + 1
        if self._counted[host] != FLOOD or len(self._out) >= MOST or not _is_other(host):
            return False
        self._out[host] = now + AWAY
        return self._filter()

    def look(self) -> float | None:
        """Lets in those whose time is over; returns the seconds until the next one's is."""
        now = self._clock()
        over = [host for host, until in self._out.items() if until <= now]
        for host in over:
            del self._out[host]
        if over:
            self._filter()
        return min(self._out.values()) - now if self._out else None

    def _filter(self) -> bool:
        if self._socket is None or sys.platform != "linux":
            return False
        try:
            if self._out:
                code = program(self._out)
                held = ctypes.create_string_buffer(code, len(code))
                self._socket.setsockopt(
                    socket.SOL_SOCKET, _ATTACH, struct.pack("@HP", len(code) // 8, ctypes.addressof(held))
                )
            else:
                self._socket.setsockopt(socket.SOL_SOCKET, _DETACH, 0)
        except OSError:
            return False
        return True


def program(hosts: Collection[str]) -> bytes:
    """The filter that drops datagrams of these IPv4 hosts, as the kernel reads it: 8 bytes an instruction."""
    left = [int(ipaddress.IPv4Address(host)) for host in hosts]
    code = [
        (_BYTE, 0, 0, _NETWORK),
        (_SHIFT, 0, 0, 4),
        (_EQUAL, 0, len(left) + 1, 4),  # another version of IP: to the end, where all is taken
        (_WORD, 0, 0, _NETWORK + _SOURCE),
        *((_EQUAL, len(left) - place, 0, host) for place, host in enumerate(left)),
        (_RETURN, 0, 0, 0xFFFFFFFF),
        (_RETURN, 0, 0, 0),
    ]
    return b"".join(struct.pack("@HBBI", *instruction) for instruction in code)


def _is_other(host: str) -> bool:
    """Whether the host can be kept out: by IPv4, and not the address by which this machine's own programs come."""
    try:
        return str(ipaddress.IPv4Address(host)) != "127.0.0.1"
    except ValueError:
        return False
