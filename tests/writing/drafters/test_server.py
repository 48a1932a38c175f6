"""A language model behind a server: what is asked, what is taken of its answer, and what none of them can do."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import fakes
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from stagelyric.commands.check import check
from stagelyric.stage.generator import Generator
from stagelyric.types import paths
from stagelyric.types import server as servers
from stagelyric.types.lines import Ask, normal
from stagelyric.types.server import Server
from stagelyric.writing import process
from stagelyric.writing.drafters import server as served
from stagelyric.writing.drafters import table
from stagelyric.writing.drafters.asking import Asker, ServerError
from stagelyric.writing.drafters.contract import Parts
from stagelyric.writing.writer import Writer

ASK = Ask(rhyme="free", syllables=(3, 12), seed=3, drafters=("server",), family_friendly=True)


@dataclass
class Fake:
    """A server whose `behave(handler, asked)` says what it does with a request."""

    behave: Callable[[BaseHTTPRequestHandler, dict[str, Any]], None]
    asked: list[dict[str, Any]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    url: str = ""


@contextmanager
def serving(behave: Callable[[BaseHTTPRequestHandler, dict[str, Any]], None]) -> Iterator[Fake]:
    fake = Fake(behave)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            fake.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            fake.paths.append(self.path)
            try:
                fake.behave(self, fake.asked[-1])
            except OSError:
                self.close_connection = True  # we hung up, as we should

        def log_message(self, *told: object) -> None: ...

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = True
    http.block_on_close = False
    fake.url = f"http://127.0.0.1:{http.server_port}/v1#tiny"
    thread = threading.Thread(target=http.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        http.shutdown()
        http.server_close()


def told(handler: BaseHTTPRequestHandler, body: bytes, status: int = 200) -> None:
    handler.send_response(status)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def chat(text: object) -> bytes:
    return json.dumps({"choices": [{"message": {"content": text}}]}).encode()


def answering(text: str) -> Callable[[BaseHTTPRequestHandler, dict[str, Any]], None]:
    return lambda handler, asked: told(handler, chat(text))


def asker(fake: Fake, deadline: float = 5.0) -> Asker:
    return Asker(servers.parse(fake.url), deadline)


def writer(url: str, patience: float) -> Writer:
    engine, language = fakes.NGramEngine(), fakes.language()
    parts = Parts(engine, language, server=servers.parse(url, patience=patience))
    return Writer(engine, language, drafters=table.ready(parts))


GOOD = """Here are some lines:

1. She put the kettle on the stove
2) "And waited for the bell"
- He would not tell the news.
<think>never shown</think>
Visit http://example.com for more
The weather\u2019s cold and I am old
x
"""


def test_an_answer_becomes_lines_without_what_stands_around_them() -> None:
    assert served.lines_of(GOOD) == [
        "She put the kettle on the stove",
        "And waited for the bell",
        "He would not tell the news",
        "The weather's cold and I am old",
    ]


@given(st.text(max_size=400))
def test_whatever_text_comes_its_lines_are_short_plain_and_differ(text: str) -> None:
    lines = served.lines_of(text)
    assert len(set(lines)) == len(lines)
    for line in lines:
        assert line.isascii()
        assert len(line) <= 90
        assert 2 <= len(line.split()) <= 14
        assert "<" not in line
        assert line == line.strip()


def test_what_a_place_needs_is_asked_for() -> None:
    ask = Ask(themes=("rain", "harbour"), avoid=("baby",))
    text = served.question(ask, ["The rain came down"], ["sea", "free"], "Polly", (6, 8))
    for needed in ("rain, harbour", "The rain came down", "6 to 8 syllables", "sea, free", '"Polly"', "baby"):
        assert needed in text


def test_a_server_is_asked_by_the_chat_api_with_the_models_name() -> None:
    with serving(answering("One line is here")) as fake:
        assert asker(fake).answer("system", "user") == "One line is here"
    assert fake.paths == ["/v1/chat/completions"]
    assert fake.asked[0]["model"] == "tiny"
    assert fake.asked[0]["stream"] is False
    assert [message["role"] for message in fake.asked[0]["messages"]] == ["system", "user"]


def test_a_server_without_the_chat_api_is_asked_by_the_older_one() -> None:
    def behave(handler: BaseHTTPRequestHandler, asked: dict[str, Any]) -> None:
        if "messages" in asked:
            told(handler, b"{}", 404)
        else:
            told(handler, json.dumps({"choices": [{"text": "An older way"}]}).encode())

    with serving(behave) as fake:
        one = asker(fake)
        assert one.answer("a", "b") == "An older way"
        assert one.answer("a", "b") == "An older way"
    assert fake.paths == ["/v1/chat/completions", "/v1/completions", "/v1/completions"]


def hangs(handler: BaseHTTPRequestHandler, asked: dict[str, Any]) -> None:
    handler.connection.recv(1)


def streams(handler: BaseHTTPRequestHandler, asked: dict[str, Any]) -> None:
    """A byte now and then: no timeout of a socket ever ends it."""
    handler.send_response(200)
    handler.end_headers()
    for _ in range(10_000):
        handler.wfile.write(b" ")
        time.sleep(0.01)


def floods(handler: BaseHTTPRequestHandler, asked: dict[str, Any]) -> None:
    handler.send_response(200)
    handler.end_headers()
    for _ in range(64):
        handler.wfile.write(b"x" * (1 << 16))


def dribbles_headers(handler: BaseHTTPRequestHandler, asked: dict[str, Any]) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
    for _ in range(10_000):
        handler.wfile.write(b"x")
        time.sleep(0.01)


def redirects(handler: BaseHTTPRequestHandler, asked: dict[str, Any]) -> None:
    handler.send_response(302)
    handler.send_header("Location", "http://192.0.2.1/v1/chat/completions")
    handler.end_headers()


def body(said: bytes, status: int = 200) -> Callable[[BaseHTTPRequestHandler, dict[str, Any]], None]:
    return lambda handler, asked: told(handler, said, status)


BAD = {
    "hangs": hangs,
    "streams for ever": streams,
    "floods": floods,
    "dribbles its headers": dribbles_headers,
    "redirects": redirects,
    "is broken": body(b"oh", 500),
    "no JSON": body(b"\xff\xfe lines!"),
    "deep": body(b"[" * 100_000),
    "a list": body(b"[]"),
    "no choices": body(b'{"choices": []}'),
    "no text": body(chat(None)),
    "a number": body(chat(7)),
    "a choice that is none": body(b'{"choices": [3]}'),
    "closes at once": lambda handler, asked: handler.connection.close(),
}


@pytest.mark.parametrize("behave", BAD.values(), ids=BAD)
def test_a_server_that_misbehaves_gives_a_sentence_in_time(
    behave: Callable[[BaseHTTPRequestHandler, dict[str, Any]], None],
) -> None:
    with serving(behave) as fake:
        began = time.monotonic()
        with pytest.raises(ServerError, match=r"127\.0\.0\.1"):
            asker(fake, deadline=0.3).answer("a", "b")
        assert time.monotonic() - began < 5


def test_a_server_that_is_not_there_is_left_alone_for_a_while() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))  # and does not listen
        one = Asker(servers.parse(f"http://127.0.0.1:{bound.getsockname()[1]}/v1"), 1.0)
        question = one.ask("a", "b")
        assert question is not None
        assert question.answered.wait(5)
        assert question.answer == ""
        assert one.ask("a", "b") is None


def test_more_questions_than_can_be_answered_are_not_kept() -> None:
    with serving(hangs) as fake:
        one = asker(fake, deadline=2.0)
        assert sum(one.ask("a", str(n)) is not None for n in range(100)) < 12


@pytest.mark.parametrize(
    "behave", [hangs, streams, body(b"garbage"), floods], ids=["hangs", "streams", "lies", "floods"]
)
def test_lines_come_whatever_the_server_does_and_nothing_waits(
    behave: Callable[[BaseHTTPRequestHandler, dict[str, Any]], None],
) -> None:
    with serving(behave) as fake:
        without = Writer(fakes.NGramEngine(), fakes.language())
        began = time.monotonic()
        plain = without.write(ASK, 0, 16)
        alone = time.monotonic() - began
        asked = writer(fake.url, patience=0.0)
        began = time.monotonic()
        lines = asked.write(ASK, 0, 16)
        assert len(lines) == len(plain) == 16
        assert time.monotonic() - began < 3 * alone + 2


def sentences() -> list[str]:
    """Lines of words that the small test language knows."""
    words = [word for word in fakes.language().lexicon.words if word.isalpha()]
    return [" ".join(words[(5 * n + k) % len(words)] for k in range(5)) for n in range(40)]


def test_where_there_is_time_its_lines_are_sung_and_none_twice() -> None:
    made = sentences()
    with serving(answering("\n".join(made))) as fake:
        lines = writer(fake.url, patience=5.0).write(ASK, 0, 16)
    sung = [normal(line.text) for line in lines]
    assert len(set(sung)) == 16
    assert {normal(line) for line in made} & set(sung)
    assert "syllables" in fake.asked[0]["messages"][1]["content"]


def test_what_is_not_for_a_family_or_avoided_never_leaves_the_server() -> None:
    made = [f"{line} fuck" for line in sentences()[:10]] + ["We dance with the forbidden word"] * 3
    with serving(answering("\n".join(made))) as fake:
        lines = writer(fake.url, patience=3.0).write(Ask(**{**_fields(), "avoid": ("forbidden",)}), 0, 8)
    assert len(lines) == 8
    assert not any("fuck" in normal(line.text) or "forbidden" in normal(line.text) for line in lines)


def _fields() -> dict[str, Any]:
    return {"rhyme": "free", "syllables": (3, 12), "seed": 3, "drafters": ("server",)}


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("http://127.0.0.1:11434/v1#llama3.2", ("127.0.0.1", 11434, "/v1", "llama3.2")),
        ("http://localhost:1234/v1/", ("localhost", 1234, "/v1", "")),
        ("http://[::1]:8080#a/b:c", ("::1", 8080, "", "a/b:c")),
        ("https://127.0.0.1/x", ("127.0.0.1", 443, "/x", "")),
    ],
)
def test_an_address_is_read(written: str, found: tuple[object, ...]) -> None:
    got = servers.parse(written)
    assert (got.host, got.port, got.path, got.name) == found


@pytest.mark.parametrize(
    "written",
    [
        "http://", "http:///v1", "http://127.0.0.1:port/v1", "http://user@127.0.0.1/v1", "http://127.0.0.1:99999/",
        "http://127.0.0.1/v1?key=1", "http://127.0.0.1/v 1", "http://[::1/v1",
    ],
)  # fmt: skip
def test_what_is_no_address_is_said_so(written: str) -> None:
    with pytest.raises(ValueError, match=r"^wanted a server"):
        servers.parse(written)


@pytest.mark.parametrize("host", ["192.168.1.20", "example.org", "127.0.0.1.example.org", "0.0.0.0", "10.0.0.1"])
def test_another_machine_is_asked_only_where_the_rig_lets_it(host: str) -> None:
    with pytest.raises(ValueError, match="on this machine"):
        servers.parse(f"http://{host}:11434/v1#x")
    assert servers.parse(f"http://{host}:11434/v1#x", [host]).host == host


def test_the_drafter_is_there_only_where_a_server_is_named() -> None:
    parts = Parts(fakes.NGramEngine(), fakes.language())
    assert "server" not in [ready.row.name for ready in table.ready(parts)]
    named = Parts(parts.engine, parts.language, server=Server("http://127.0.0.1:1", "127.0.0.1", 1, ""))
    assert next(ready.row.name for ready in table.ready(named)) == "server"


@pytest.mark.parametrize("server", [None, servers.parse("http://10.1.2.3/v1#x", ["10.1.2.3"], 2.5)])
def test_the_process_that_writes_is_told_of_the_server(server: Server | None) -> None:
    generator = Generator(Path("model"), [Path("never.txt")], [Path("ours.frames")], server)
    arguments = generator.arguments()
    (model, never), frames, asked = process.told_apart(arguments)
    assert (model, never, frames) == ("model", "never.txt", ["ours.frames"])
    assert (servers.parse(asked[0], asked[2:], float(asked[1])) if asked else None) == server


def test_a_servers_address_stands_for_the_model_beside_it() -> None:
    assert paths.find_model("http://127.0.0.1:9/v1#x") == paths.find_model(servers.BESIDE)


def test_check_tells_of_a_server_and_of_an_address_that_is_none(tmp_path: Path) -> None:
    file = tmp_path / "set.toml"
    song = '[[songs]]\ntitle = "One"\n[[songs.sections]]\nname = "verse"\nsafety = ["Hold the light"]\n'
    for address, code, said in (
        ("127.0.0.1:9/v1", 0, "no two nights are alike"),
        ("127.0.0.1:x", 2, "wanted a server"),
    ):
        file.write_text(f'title = "T"\nmodel = "http://{address}"\n{song}')
        result = CliRunner().invoke(check, [str(file)])
        assert (result.exit_code, said in result.output) == (code, True), result.output
