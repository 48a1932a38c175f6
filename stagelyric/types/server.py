"""A language model that a local server runs: where it is asked, as `model = "http://127.0.0.1:11434/v1#llama3.2"`.

Any server with the OpenAI API will do (Ollama, LM Studio, llama.cpp). It is never waited for on stage and never
trusted: see `writing.drafters.server`.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

BESIDE = "transformer"
"""The model that writes where the server has nothing, and reads its drafts."""


@dataclass(frozen=True, slots=True)
class Server:
    """`path` is what stands before "/chat/completions"; `name` the model's, "" where the server has but one.

    `hosts`: names and addresses beyond this machine that may be asked; `patience`: seconds that a line is waited for,
    0 on stage.
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
        """Whether its address can only be this machine's; a name other than localhost could be anybody's."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


def is_url(written: str) -> bool:
    """Whether a setlist's `model` is a server's address, and no folder's name."""
    return written.partition("://")[0].lower() in ("http", "https") and "://" in written


def parse(written: str, hosts: Sequence[str] | None = (), patience: float = 0.0) -> Server:
    """`hosts` beyond this machine may be asked, None: any.

    Raises ValueError, in one sentence, for what is no address or one that may not be asked.
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
