"""What the tests of the server share: a WebSocket, and what it says."""

from typing import Any

import aiohttp

from .conftest import Show


def live(show: Show, query: str = "") -> str:
    return show.page.url.replace("http", "ws") + "/live" + query


async def hear(ws: aiohttp.ClientWebSocketResponse) -> dict[str, Any]:
    message: dict[str, Any] = await ws.receive_json(timeout=20)
    return message


async def hear_until(ws: aiohttp.ClientWebSocketResponse, kind: str) -> dict[str, Any]:
    while (message := await hear(ws))["type"] != kind:
        pass
    return message
