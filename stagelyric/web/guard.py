"""Access control: the PIN, and the Host and Origin that a request must have.

A page on the venue's network can be reached by everybody's phone, and any web site that a phone opens can send requests
to this server too. So watching is free on the network, changing the show requires the PIN, and a request started by
another site's page is refused.
"""

import hmac
import re
import socket
import time
from collections import deque
from collections.abc import Callable, Iterable
from ipaddress import ip_address
from urllib.parse import urlsplit

TRIES = 5
WINDOW = 30.0
TRIES_OF_ALL = 60  # wrong tries within a window, from all addresses together that have not yet given the right PIN
REMEMBERED = 1000

_NAME = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?")


def is_loopback(address: str | None) -> bool:
    """Whether a peer's address is this machine ("127.0.0.1", "::1", "::ffff:127.0.0.1")."""
    ip = _ip(address or "")
    if ip is None:
        return False
    return (getattr(ip, "ipv4_mapped", None) or ip).is_loopback


def same_origin(origin: str | None, host: str) -> bool:
    """Whether a browser's `Origin` is the page served by this server. A request without Origin is not from a browser's
    page and is allowed."""
    if origin is None:
        return True
    try:
        parts = urlsplit(origin)
        theirs = (parts.hostname, parts.port or _default_port(parts.scheme))
        ours = urlsplit(f"//{host}")
        return parts.scheme in ("http", "https") and theirs == (
            ours.hostname,
            ours.port or _default_port(parts.scheme),
        )
    except ValueError:
        return False


class Origins:
    """The pages that may connect: this server's own, and those of the second servers that the rig names.

    A page of another server may still *watch* where it asks to, provided that it can only come from this network: its
    host is a private address or a name under .local, which no web site's origin has.
    """

    def __init__(self, also: Iterable[str] = ()) -> None:
        self.named = tuple(found for found in map(host_and_port, also) if found)

    def allow(self, origin: str | None, host: str) -> bool:
        """Whether the page may watch and, given the PIN, change the show."""
        return same_origin(origin, host) or host_and_port(origin or "") in self.named

    def may_watch(self, origin: str | None) -> bool:
        found = host_and_port(origin or "")
        return found is not None and is_near(found[0])

    def reach(self, also: str) -> str:
        """The addresses to which a page may connect beside its own server, for a Content-Security-Policy."""
        asked = [found for found in map(host_and_port, also.split(",")[:4]) if found]
        near = [found for found in asked if found in self.named or is_near(found[0])]
        hosts = [f"[{host}]:{port}" if ":" in host else f"{host}:{port}" for host, port in (*self.named, *near)]
        return "".join(f" {scheme}://{host}" for host in dict.fromkeys(hosts) for scheme in ("ws", "wss"))


def host_and_port(written: str) -> tuple[str, int] | None:
    """The host and port of a server's address, "http://10.0.0.2:7740" or without the scheme; None if it is invalid."""
    try:
        parts = urlsplit(written.strip() if "//" in written else f"http://{written.strip()}")
        host = (parts.hostname or "").rstrip(".")
        # Browsers don't accept an address with a zone ("fe80::1%eth0"), and anything could be hidden after the %.
        known = parts.scheme in ("http", "https") and "%" not in host and (_ip(host) or _NAME.fullmatch(host))
        return (host, parts.port or _default_port(parts.scheme)) if known else None
    except ValueError:
        return None


def is_near(host: str) -> bool:
    """Whether a host is certainly on this network: a private or loopback address, or a name that public DNS never
    has."""
    ip = _ip(host)
    if ip is not None:
        return bool(ip.is_private)
    return host == "localhost" or host.endswith((".local", ".localhost"))


class Hosts:
    """The host names for which this server answers.

    A name that an attacker points to this machine (DNS rebinding) is not among them. `extra`: the rig's own names.
    """

    def __init__(self, extra: Iterable[str] = ()) -> None:
        machine = socket.gethostname().lower()
        self._names = {"localhost", machine, f"{machine.partition('.')[0]}.local"}
        self._names.update(name.lower().strip("[]") for name in extra if name)

    def allows(self, host: str, here: str | None) -> bool:
        """Whether a request's Host header is ours; `here` is the local address of the connection."""
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        name = name.rstrip(".")
        if name in self._names or name.endswith(".localhost") or is_loopback(name):
            return True
        ip, own = _ip(name), _ip(here or "")
        if ip is None or own is None:
            return False
        return ip == (getattr(own, "ipv4_mapped", None) or own)


class Pin:
    """The rig's PIN, with a limit on wrong tries per address.

    Without a PIN, only this machine may change the show.
    """

    def __init__(self, pin: str | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._pin = (pin or "").encode()
        self._clock = clock
        self._wrong: dict[str, list[float]] = {}
        self._all_wrong: deque[float] = deque(maxlen=TRIES_OF_ALL)
        self._known: set[str] = set()  # addresses that have given the right PIN

    def refusal(self, address: str, offered: str | None) -> str | None:
        """None if the PIN is right; otherwise one plain sentence that says why not."""
        if not self._pin:
            return "This show has no PIN, so it can be changed from its own machine only; start it with --pin."
        now = self._clock()
        wrong = [at for at in self._wrong.get(address, ()) if now - at < WINDOW]
        if len(wrong) >= TRIES:
            return f"Too many wrong PINs from {address}: wait {WINDOW - (now - wrong[0]):.0f} s and try again."
        if offered and address not in self._known and self._crowded(now):
            return f"Too many wrong PINs from everywhere: wait {WINDOW:.0f} s and try again."
        if not offered:
            return "Changing the show wants the rig's PIN: type it in on the page, or send it as X-Stagelyric-Pin."
        if hmac.compare_digest(offered.encode("utf-8", "replace"), self._pin):
            self._wrong.pop(address, None)
            if len(self._known) < REMEMBERED:
                self._known.add(address)
            return None
        self._wrong.pop(address, None)
        if len(self._wrong) >= REMEMBERED:
            del self._wrong[next(iter(self._wrong))]
        self._wrong[address] = [*wrong, now]
        self._all_wrong.append(now)
        return "That is not the rig's PIN."

    def _crowded(self, now: float) -> bool:
        """Whether so many tries come from everywhere that one of them may find the PIN: then no new address is accepted
        for a while."""
        return len(self._all_wrong) == TRIES_OF_ALL and now - self._all_wrong[0] < WINDOW


def _default_port(scheme: str) -> int:
    return 443 if scheme == "https" else 80


def _ip(text: str) -> "ip_address | None":  # type: ignore[valid-type]
    try:
        return ip_address(text.partition("%")[0])
    except ValueError:
        return None
