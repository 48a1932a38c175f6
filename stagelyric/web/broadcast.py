"""One publisher, a bounded queue for each listener: a slow one loses its own oldest and delays nobody."""

import asyncio
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

T = TypeVar("T")


class Mailbox(Generic[T]):
    """One listener's queue. `dropped` counts what was pushed out because the listener was too slow."""

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


class Broadcast(Generic[T]):
    """`publish` puts an item into every open mailbox; it never waits."""

    def __init__(self) -> None:
        self._mailboxes: list[Mailbox[T]] = []

    @property
    def listeners(self) -> int:
        return len(self._mailboxes)

    def publish(self, item: T) -> None:
        for mailbox in self._mailboxes:
            mailbox.put(item)

    @contextmanager
    def subscribe(self, size: int | None = None) -> Iterator[Mailbox[T]]:
        mailbox: Mailbox[T] = Mailbox(size)
        self._mailboxes.append(mailbox)
        try:
            yield mailbox
        finally:
            self._mailboxes.remove(mailbox)
