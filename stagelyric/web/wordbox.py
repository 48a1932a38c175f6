"""The word box between the room and the desk: what is offered there is sifted, shown here, and let through by hand."""

import asyncio
import time

from stagelyric.types.actions import Do
from stagelyric.types.events import Command, Emit
from stagelyric.web import messages, words
from stagelyric.web.client import Client, Clients

THANKS = "Thank you. The band has it."


class WordBox:
    """Tells `clients` what changes. What a family is spared is looked for in a thread: its lists are long."""

    def __init__(self, clients: Clients) -> None:
        self.words = words.Words()
        self._clients = clients
        self._sifting: set[asyncio.Task[None]] = set()

    def greet(self, client: Client) -> None:
        """What a page that has just come must know of the box."""
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
        # Who offers a slur is thanked like everybody: there is nothing to be learned from the answer.
        client.tell(messages.offered(True, THANKS))
        if clean:
            self.words.put(text)
            self.tell()

    def judge(self, verdict: messages.Verdict, emit: Emit) -> None:
        """The operator's word on a word: let through, it asks the show for a line that holds it."""
        word = self.words.take(verdict.id)
        if word is not None and verdict.through:
            emit(Command(time.monotonic(), "audience", Do("word", word)))
        self.tell()

    def tell(self) -> None:
        """Shows every operator what waits."""
        for client in self._clients.operators:
            self.greet(client)

    def close(self) -> None:
        for task in self._sifting:
            task.cancel()
