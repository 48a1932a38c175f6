"""The word box between audience and operator: words are checked, shown to the operator, and accepted by hand."""

import asyncio
import time

from stagelyric.types.actions import Do
from stagelyric.types.events import Command, Emit
from stagelyric.web import messages, words
from stagelyric.web.client import Client, Clients

THANKS = "Thank you. The band has it."


class WordBox:
    """Tells `clients` of changes. Words are checked against the family-friendly lists in a thread, since these are
    long."""

    def __init__(self, clients: Clients) -> None:
        self.words = words.Words()
        self._clients = clients
        self._sifting: set[asyncio.Task[None]] = set()

    def greet(self, client: Client) -> None:
        """Sends the box's state to a page that has just connected."""
        if client.operator:
            client.tell(messages.words(self.words.open, self.words.waiting.values()))
        elif self.words.open:
            client.tell(messages.box(True))

    def open(self, open: bool) -> None:
        self.words.open = open
        for client in self._clients:
            if not client.operator:
                client.tell(messages.box(open))
        self.tell()

    def offer(self, client: Client, text: str) -> None:
        refusal = self.words.refusal(client, client.display.address, text)
        if refusal:
            client.tell(messages.offered(False, refusal))
            return
        task = asyncio.get_running_loop().create_task(self._sift(client, text))
        self._sifting.add(task)
        task.add_done_callback(self._sifting.discard)

    async def _sift(self, client: Client, text: str) -> None:
        clean = await asyncio.to_thread(words.is_clean, text)
        # Whoever offers a slur gets the same thanks, so that nothing can be learned from the answer.
        client.tell(messages.offered(True, THANKS))
        if clean:
            self.words.put(text)
            self.tell()

    def judge(self, verdict: messages.Verdict, emit: Emit) -> None:
        """The operator's verdict on a word: if it is accepted, the show is asked for a line with it."""
        word = self.words.take(verdict.id)
        if word is not None and verdict.through:
            emit(Command(time.monotonic(), "audience", Do("word", word)))
        self.tell()

    def tell(self) -> None:
        """Sends every operator the words that wait."""
        for client in self._clients.operators:
            self.greet(client)

    def close(self) -> None:
        for task in self._sifting:
            task.cancel()
