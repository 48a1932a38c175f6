"""All limits of a show in one table: where each applies, its value, and what happens beyond it. `docs/limits.md` is
generated from it (`python -m stagelyric.commands.limits`)."""

from dataclasses import dataclass

from stagelyric.gear.journal import bookmark, database, journal
from stagelyric.gear.osc import output as osc
from stagelyric.gear.osc import sieve
from stagelyric.setlist import triggers
from stagelyric.setup import desk as setup
from stagelyric.show import step
from stagelyric.stage import asleep, pool_files, recall, requests, stage
from stagelyric.types import texts
from stagelyric.web import budget, door, guard, machines, server, setting_up, units, words


@dataclass(frozen=True, slots=True)
class Limit:
    """`what` is limited, to `most`; `beyond`: what happens above that."""

    what: str
    most: str
    beyond: str


def _bytes(count: int) -> str:
    for unit, size in (("GB", 1 << 30), ("MB", 1 << 20), ("KB", 1 << 10)):
        if count >= size:
            return f"{count / size:g} {unit}"
    return f"{count} bytes"


LIMITS = (
    Limit("a text that is shown as it comes (`say`)", f"{texts.SAYING} characters", "the rest is cut off"),
    Limit("a word that a line is wanted for", f"{texts.WORD} characters", "the rest is cut off"),
    Limit("a title or a section's name from outside", f"{texts.NAME} characters", "the rest is cut off"),
    Limit("what was sent, named in an alert", f"{texts.ECHO} characters", "not named, nor is what was refused"),
    Limit("a number of a song or a section", f"{triggers.MOST_PLACES:,}", "refused in a sentence"),
    Limit(
        "long or odd texts from outside that wait to be judged",
        f"{requests.MOST_UNJUDGED}",
        "not shown, and that is said; nothing else waits for them",
    ),
    Limit("a message of a page", _bytes(server.MAX_MESSAGE), "the link is closed"),
    Limit(
        "what a page that only watches sends",
        f"{budget.WATCHING.messages:g} messages and {_bytes(int(budget.WATCHING.bytes))} a second",
        "it is read no faster; nobody else waits",
    ),
    Limit(
        "what a page that may change the show sends",
        f"{budget.ACTING.messages:g} messages and {_bytes(int(budget.ACTING.bytes))} a second",
        "it is read no faster; nobody else waits",
    ),
    Limit(
        "a set that `/setup` sends, and how long its check may take",
        f"{_bytes(setup.LARGEST)}, {setup.SECONDS:g} s",
        "413, or 503, said in a sentence",
    ),
    Limit(
        "requests over HTTP from one address (or IPv6 network)",
        f"{budget.ASKING.messages:g} a second, {budget.ASKING.messages * budget.ASKING.burst:g} at once",
        "answered no faster, nor read; this machine's own are not counted",
    ),
    Limit("a display that connects", f"{units.LIVE:g} such requests", "counts as so many"),
    Limit("a connection's requests", "1 at once", "the next is read when the one before is answered"),
    Limit("a piece of a message, a ping, a pong", "1 message", "counts as a whole one; nothing looks at it before"),
    Limit("how long a flooder waits", f"{budget.LONGEST:g} s", "then the next is read"),
    Limit("requests of `/setup` at once", f"{setting_up.BUSY}", "503; the show waits for none of them"),
    Limit("connections to the page's port", f"{door.CONNECTIONS}", "closed at once"),
    Limit("such connections from one address (or IPv6 network)", f"{door.OF_ONE_ADDRESS}", "closed at once"),
    Limit("a request before it is understood", _bytes(units.HEAD), "closed"),
    Limit("how long a request may take, and a link may be idle", f"{door.PATIENCE:g} s", "closed; 408 for its body"),
    Limit("displays", f"{server.MAX_CLIENTS}", "503, said in a sentence"),
    Limit("displays of the room", f"{server.MAX_AUDIENCE}", "503; places are left for the band"),
    Limit("displays that may change nothing", f"{server.MAX_CLIENTS - server.RESERVED}", "503; the others are kept"),
    Limit("such displays from one address (or IPv6 network)", f"{server.ONE_ADDRESS}", "503"),
    Limit("wrong PINs from one address", f"{guard.TRIES} in {guard.WINDOW:g} s", "refused until they are old"),
    Limit("wrong PINs from everywhere", f"{guard.TRIES_OF_ALL} in {guard.WINDOW:g} s", "who has joined is let in"),
    Limit("a word from the room", f"{words.LONGEST} letters, one in {words.EVERY:g} s a page", "said to who offers it"),
    Limit("words that wait for the operator", f"{words.ROOM}", "the box is full for the moment"),
    Limit(
        "OSC of one host that is not allowed",
        f"{sieve.FLOOD} datagrams a second",
        f"on Linux it is kept out of the socket for {sieve.AWAY:g} s (IPv4), so that no press is lost",
    ),
    Limit("OSC subscribers", f"{osc.SUBSCRIBERS}", "refused, and counted"),
    Limit("OSC subscribers on one host", f"{osc.OF_ONE_HOST}", "refused, and counted"),
    Limit(
        "words that lines are written for at once",
        f"{requests.MOST_WORDS}",
        "a ready line with the word, or the word alone, at once",
    ),
    Limit("alerts that stand in the state", f"{stage.MOST_ALERTS}", "the oldest makes room"),
    Limit(
        "the machine asleep, or the show stopped", f"{asleep.ASLEEP:g} s", "presses that waited are dropped, and said"
    ),
    Limit("a show that goes on by itself", f"{recall.TONIGHT / 3600:g} hours", "begins anew; `--resume` goes on"),
    Limit("shows of one title on one machine", f"{bookmark.AT_ONCE}", "the next one keeps no place"),
    Limit("room taken for where the show is", _bytes(bookmark.ROOM), "the file grows like any other"),
    Limit("room taken for the spool", _bytes(journal.SPOOL_BYTES), "the file grows like any other"),
    Limit("records that wait for a disk", f"{database.MOST:,}", "the oldest are lost, and counted"),
    Limit("shelves on the disk, together", _bytes(pool_files.ROOM), "those added to longest ago make room"),
    Limit("two machines a press apart", f"{step.SETTLED:g} s", "the one that follows takes the leader's place"),
    Limit("a message from another machine", _bytes(machines.LONGEST), "the link is closed and made anew"),
)


def page() -> str:
    """The text of `docs/limits.md`."""
    rows = [f"| {limit.what} | {limit.most} | {limit.beyond} |" for limit in LIMITS]
    head = "# Limits\n\nEvery bound of a show, and what comes beyond it. Made from `stagelyric/commands/limits.py`.\n"
    return "\n".join([head, "| what | at most | beyond it |", "|---|---|---|", *rows, ""])


if __name__ == "__main__":
    print(page(), end="")
