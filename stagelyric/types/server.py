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
    wanted = 'wanted a server like "http://127.0.0.1:11434/v1#llama3.2"'
    try:
        parts: SplitResult = urlsplit(written)
        port = parts.port
    except ValueError as error:
        raise ValueError(f'model: {wanted}, found "{written}" ({error})') from None
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.username is not None:
        raise ValueError(f'model: {wanted}, found "{written}"')
    if any(ord(c) <= 32 or ord(c) > 126 for c in written.partition("#")[0]):
        raise ValueError(f'model: {wanted}, found a character in "{written}" that no address has')
    secure = parts.scheme == "https"
    found = Server(
        written, parts.hostname, port or (443 if secure else 80), parts.path.rstrip("/"), secure, parts.fragment,
        tuple(hosts or ()), patience,
    )  # fmt: skip
    if hosts is not None and not found.is_near and found.host not in {host.lower() for host in hosts}:
        raise ValueError(
            f"model: wanted a server on this machine (127.0.0.1, localhost), found {found.host}; a rig's "
            f'[writer] hosts = ["{found.host}"] lets another be asked'
        )
    return found
