"""The address of a language model on a local server, as in `model = "http://127.0.0.1:11434/v1#llama3.2"`.

Any server with the OpenAI API works (Ollama, LM Studio, llama.cpp). The stage never waits for it and never trusts its
output: see `writing.drafters.server`.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

BESIDE = "transformer"
"""The model that reads the server's drafts, and writes when the server has none."""


@dataclass(frozen=True, slots=True)
class Server:
    """`path`: the part of the address before "/chat/completions"; `name`: the model's name, "" if the server has only
    one.

    `hosts`: names and addresses beyond this machine that may be asked; `patience`: seconds to wait for a line, 0 on
    stage.
    """

    url: str
    host: str
    port: int
    path: str
    secure: bool = False
    name: str = ""
    hosts: tuple[str, ...] = ()
    patience: float = 0.0

    @property
    def is_near(self) -> bool:
        """Whether its address can only mean this machine; a host name other than localhost could belong to another."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


def is_url(written: str) -> bool:
    """Whether a setlist's `model` is a server's address rather than a folder's name."""
    return written.partition("://")[0].lower() in ("http", "https") and "://" in written


def parse(written: str, hosts: Sequence[str] | None = (), patience: float = 0.0) -> Server:
    """Parses a server's address. `hosts` beyond this machine may be asked, None: any.

    Raises ValueError, with one sentence, if it is no address or one that may not be asked.
    """
    parts, why = _split(written)
    if parts is None or (why := _wrong(written, parts)):
        raise ValueError(f'wanted a server like "http://127.0.0.1:11434/v1#llama3.2", found "{written}": {why}')
    assert parts.hostname is not None
    secure = parts.scheme == "https"
    found = Server(
        written, parts.hostname, parts.port or (443 if secure else 80), parts.path.rstrip("/"), secure, parts.fragment,
        tuple(hosts or ()), patience,
    )  # fmt: skip
    if hosts is not None and not found.is_near and found.host not in {host.lower() for host in hosts}:
        raise ValueError(
            f"wanted a server on this machine (127.0.0.1, localhost), found {found.host}; a rig's "
            f'[writer] hosts = ["{found.host}"] lets another be asked'
        )
    return found


def _split(written: str) -> tuple[SplitResult | None, str]:
    """The parts of an address, or None and what is wrong with it."""
    if any(ord(c) <= 32 or ord(c) > 126 for c in written.partition("#")[0]):
        return None, "it has a character that no address has"
    try:
        parts = urlsplit(written)
    except ValueError:
        return None, "what stands in brackets is no IPv6 address"
    try:
        parts.port  # noqa: B018  (raises for one that is no port)
    except ValueError:
        return None, "its port is no number from 1 to 65535"
    return parts, ""


def _wrong(written: str, parts: SplitResult) -> str:
    """What is wrong with an address that could be split; empty if nothing is."""
    before, hash_sign, name = written.partition("#")
    wrong = (
        (parts.scheme not in ("http", "https"), "it doesn't begin with http:// or https://"),
        (parts.username is not None, "it has a user's name before the host, which is not sent"),
        (not parts.hostname, "it names no host"),
        (parts.port == 0, "no server listens on port 0"),
        (parts.netloc.endswith(":"), "no port stands after the colon"),
        ("?" in before, "it has a question mark"),
        (parts.path.rstrip("/").endswith("/completions"), "the address ends before that, mostly with /v1"),
        (bool(hash_sign) and not name.strip(), "no model's name stands after the #"),
        (not name.isprintable(), "the model's name has a character that can't be seen"),
    )
    return next((why for is_so, why in wrong if is_so), "")


def host_alone(written: str) -> str:
    """A host's name or address as it stands in a server's address, without anything around it. Raises ValueError for
    one that no address can have."""
    try:
        found = urlsplit(f"//[{written}]" if ":" in written else f"//{written}").hostname
        alone = found == written.lower() and (":" not in written or ipaddress.ip_address(written).version == 6)
    except ValueError:
        alone = False
    if not alone or any(ord(c) <= 32 or ord(c) > 126 for c in written):
        raise ValueError(f'wanted a name or an address like "192.168.1.20", without a port, found "{written}"')
    return written
