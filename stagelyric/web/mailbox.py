"""A bounded queue for one listener: if it is slow, it loses its own oldest messages and delays nobody."""

import asyncio
from collections import deque
from typing import Generic, TypeVar

T = TypeVar("T")


class Mailbox(Generic[T]):
    """One listener's queue. `dropped` counts messages removed because the listener was too slow."""

    def __init__(self, size: int | None) -> None:
        self._items: deque[T] = deque(maxlen=size)
        self._waiting: asyncio.Future[None] | None = None
        self.dropped = 0

    def put(self, item: T) -> None:
        if len(self._items) == self._items.maxlen:
            self.dropped += 1
        self._items.append(item)
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    async def get(self) -> T:
        while not self._items:
            self._waiting = asyncio.get_running_loop().create_future()
            await self._waiting
        return self._items.popleft()
