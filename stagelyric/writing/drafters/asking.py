"""Sends questions to a language model server, one at a time, in a thread of its own, with limits on everything.

Whatever the server does (hangs, streams for ever, answers with garbage or a gigabyte), the worst result is no lines:
the whole answer has a deadline, its size is limited, and after a failure the server is left alone for a while.
"""

from __future__ import annotations

import contextlib
import ipaddress
import json
import logging
import queue
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from stagelyric.types.server import Server

if TYPE_CHECKING:
    # Imported when a server is asked: they take 4 MB of every writer's memory, and few have a server.
    from http.client import HTTPConnection

DEADLINE = 120.0  # seconds for a whole answer: a large model on a slow machine needs that for a dozen lines
_CONNECTING = 5.0  # seconds
_MOST = 1 << 20  # bytes of an answer, at most
_PIECE = 1 << 14
_WAITING = 8  # questions that may wait; further ones are refused
_REST, _LONGEST_REST = 2.0, 300.0  # seconds without questions after the first failure, and after many
_TOKENS = 700

log = logging.getLogger(__name__)


class ServerError(Exception):
    """The server gave no usable answer; the message is one sentence."""


@dataclass(eq=False, slots=True)
class Question:
    """A question to the server. Once `answered` is set, `text` has the answer, or "" if there was none."""

    system: str
    user: str
    answer: str = ""
    answered: threading.Event = field(default_factory=threading.Event)


class Asker:
    """Asks a server from a daemon thread."""

    def __init__(self, server: Server, deadline: float = DEADLINE):
        self.server, self._deadline = server, deadline
        self._questions: queue.Queue[Question] = queue.Queue(_WAITING)
        self._failures, self._rests_until = 0, 0.0
        self._thread: threading.Thread | None = None
        self._plain = False  # the server has /completions only, no /chat/completions

    def ask(self, system: str, user: str) -> Question | None:
        """Queues a question; None if too many are waiting or the server is being left alone after a failure."""
        if time.monotonic() < self._rests_until:
            return None
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, daemon=True, name="asker")
            self._thread.start()
        question = Question(system, user)
        try:
            self._questions.put_nowait(question)
        except queue.Full:
            return None
        return question

    def _run(self) -> None:
        while True:
            question = self._questions.get()
            try:
                if time.monotonic() >= self._rests_until:
                    question.answer = self.answer(question.system, question.user)
                    if self._failures:
                        log.warning("%s answers again", self.server.url)
                    self._failures = 0
            except ServerError as error:
                self._failures += 1
                rest = min(_LONGEST_REST, _REST * 2 ** min(self._failures - 1, 10))
                self._rests_until = time.monotonic() + rest
                if self._failures == 1:  # reported once; later failures are silent
                    log.warning("%s; lines are written without it", error)
            finally:
                question.answered.set()

    def answer(self, system: str, user: str) -> str:
        """The answer's text. Raises ServerError."""
        told = {"model": self.server.name} if self.server.name else {}
        sampled = {"max_tokens": _TOKENS, "temperature": 0.9, "stream": False}
        if not self._plain:
            messages = [{"role": "system", "content": system}, {"role": "user", "content": user}]
            status, body = self._posted("/chat/completions", {**told, **sampled, "messages": messages})
            if status not in (404, 405, 501):
                return self._text(status, body)
            self._plain = True
        status, body = self._posted("/completions", {**told, **sampled, "prompt": f"{system}\n\n{user}\n\n"})
        return self._text(status, body)

    def _text(self, status: int, body: bytes) -> str:
        if status != 200:
            raise ServerError(f"{self.server.url}: wanted lines, found status {status}")
        try:
            choice = json.loads(body)["choices"][0]
            text = choice["message"]["content"] if "message" in choice else choice["text"]
        except (ValueError, LookupError, TypeError, RecursionError):
            raise ServerError(f"{self.server.url}: wanted an OpenAI server's answer, found another") from None
        if not isinstance(text, str):
            raise ServerError(f"{self.server.url}: wanted an answer with a text, found one without")
        return text

    def _posted(self, path: str, told: dict[str, object]) -> tuple[int, bytes]:
        """Sends a POST; returns status and body. No redirects: they could lead to a host that isn't allowed."""
        from http.client import HTTPException

        try:
            with self._connected() as connection:
                headers = {"Content-Type": "application/json", "Accept": "application/json", "Connection": "close"}
                connection.request("POST", self.server.path + path, json.dumps(told), headers)
                response = connection.getresponse()
                body = bytearray()
                while piece := response.read1(_PIECE):
                    body += piece
                    if len(body) > _MOST:
                        raise ServerError(f"{self.server.url}: wanted some lines, found more than {_MOST >> 20} MB")
                return response.status, bytes(body)
        except (OSError, HTTPException, ValueError) as error:
            # A socket that we shut at the deadline raises the same error as one closed by the server, so look at the
            # time.
            why = str(error) or type(error).__name__
            raise ServerError(f"{self.server.url}: no answer ({why})") from None

    @contextmanager
    def _connected(self) -> Iterator[HTTPConnection]:
        """An HTTP connection that a timer shuts at the deadline, whatever the server does."""
        from http.client import HTTPConnection

        address = self._address()
        connected = socket.create_connection((address, self.server.port), _CONNECTING)
        overtime = threading.Timer(self._deadline, _shut, [connected])
        overtime.daemon = True
        overtime.start()
        try:
            connected.settimeout(self._deadline)
            if self.server.secure:
                import ssl

                connected = ssl.create_default_context().wrap_socket(connected, server_hostname=self.server.host)
            connection = HTTPConnection(self.server.host, self.server.port)
            connection.sock = connected
            yield connection
        finally:
            overtime.cancel()
            connected.close()

    def _address(self) -> str:
        """The host's address. A host that must be this machine is resolved here and must have a loopback address."""
        found = socket.getaddrinfo(self.server.host, self.server.port, type=socket.SOCK_STREAM)
        addresses = [str(one[4][0]) for one in found]
        if self.server.is_near:
            addresses = [one for one in addresses if ipaddress.ip_address(one).is_loopback]
        if not addresses:
            raise ServerError(f"{self.server.url}: wanted an address of this machine, found none")
        return addresses[0]


def _shut(connected: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connected.shutdown(socket.SHUT_RDWR)
