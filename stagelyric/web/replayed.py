"""What the server needs to know of a night that is shown again on its pages."""

from __future__ import annotations

from typing import Protocol

from stagelyric.web import guard
from stagelyric.web.access import VISITING
from stagelyric.web.client import Client

FROM_AFAR = "The replay is moved on the machine that it runs on: here one may watch."


class Replayed(Protocol):
    """`why`: the sentence that answers whoever presses, since a replay can't be changed."""

    @property
    def why(self) -> str: ...

    def told(self) -> dict[str, object]:
        """The `replay` message: where the night is."""

    def ask(self, request: object) -> None:
        """Pauses it, moves it, sets its speed. Raises ValueError, with a plain sentence, if that is not asked for."""


def greeting(replay: Replayed, client: Client) -> dict[str, object]:
    """The first `replay` message to a page; `steers`: whether it may move the replay."""
    return {**replay.told(), "steers": refusal(replay, client) is None}


def refusal(replay: Replayed | None, client: Client) -> str | None:
    """Why a page may not move the replay; None: it may. A browser on this machine may also have another server's page
    open, which may not."""
    if replay is None:
        return "This is a show, not a replay: it can't be paused or moved."
    if client.visiting:
        return VISITING
    return None if guard.is_loopback(client.display.address) else FROM_AFAR
