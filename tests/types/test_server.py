"""The address of a server that drafts: what it says is read, and what may not be asked is refused in a sentence."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stagelyric.types.server import Server, is_url, parse

names = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=12).filter(lambda n: n.strip("-") == n)
hosts = st.lists(names, min_size=1, max_size=3).map(lambda parts: ".".join([*parts, "studio"]))
paths = st.lists(names, max_size=3).map(lambda parts: "".join(f"/{part}" for part in parts))


@given(
    st.sampled_from(["http", "https", "HTTP", "Https"]), hosts, st.none() | st.integers(1, 65535), paths,
    st.sampled_from(["", "/"]), st.none() | st.text("abz0.:-_/ é", max_size=9),
)  # fmt: skip
@settings(max_examples=60)
def test_an_address_is_read_as_it_was_put_together(
    scheme: str, host: str, port: int | None, path: str, slash: str, name: str | None
) -> None:
    written = f"{scheme}://{host}{'' if port is None else f':{port}'}{path}{slash}{'' if name is None else f'#{name}'}"
    found = parse(written, None, 2.5)
    secure = scheme.lower() == "https"
    usual = 443 if secure else 80
    assert found == Server(written, host, port or usual, path, secure, name or "", (), 2.5)
    assert is_url(written)


@given(st.integers(0, 255), st.integers(0, 255), st.integers(1, 254))
@settings(max_examples=30)
def test_this_machine_may_always_be_asked(a: int, b: int, c: int) -> None:
    assert parse(f"http://127.{a}.{b}.{c}:11434/v1").is_near
    assert parse("http://[::1]:8080").host == "::1"
    assert parse("http://LocalHost/v1").is_near


@pytest.mark.parametrize("host", ["192.168.1.20", "localhost.example.org", "127.0.0.1.nip.io", "[fe80::1]", "0.0.0.0"])
def test_another_machine_may_be_asked_only_where_the_rig_names_it(host: str) -> None:
    written, bare = f"http://{host}:11434/v1#llama3.2", host.strip("[]")
    with pytest.raises(ValueError, match="wanted a server on this machine") as refused:
        parse(written)
    assert f"found {bare}; " in str(refused.value)
    assert f'[writer] hosts = ["{bare}"]' in str(refused.value)
    assert parse(written, [bare.upper()]).hosts == (bare.upper(),)
    assert not parse(written, None).is_near
    with pytest.raises(ValueError, match="wanted a server on this machine"):
        parse(written, [f"x{bare}", bare[:-1]])


@pytest.mark.parametrize(
    "written",
    [
        "", "transformer", "http://", "http:///v1", "http://:80/v1", "ftp://127.0.0.1/v1", "http:127.0.0.1",
        "http://127.0.0.1:port/v1", "http://127.0.0.1:70000/v1", "http://127.0.0.1:-1", "http://[::1/v1",
        "http://127.0.0.1/v1?key=1", "http://me@127.0.0.1/v1", "http://me:secret@127.0.0.1", "http://:secret@127.0.0.1",
        "http://127.0.0.1 /v1", "http://127.0.0.1/v 1", "http://127.0.0.1\n/v1", "http://127.0.0.1/v1\t",
        "http://caf\u00e9.studio/v1", "http://127.0.0.1/\u2603", "http://127.0.0.1/v1\x7f",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused_with_one_that_would_be(written: str) -> None:
    with pytest.raises(
        ValueError, match=r'^model: wanted a server like "http://127\.0\.0\.1:11434/v1#llama3\.2", found'
    ):
        parse(written, None)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("http://127.0.0.1", True), ("HTTPS://studio/v1#a", True), ("http://", True), ("transformer", False),
        ("models/transformer", False), ("http", False), ("https:/studio", False), ("ftp://http://x", False),
        ("C:\\models\\http", False), ("my http://x", False),
    ],
)  # fmt: skip
def test_a_model_s_name_is_no_address(written: str, expected: bool) -> None:
    assert is_url(written) is expected
