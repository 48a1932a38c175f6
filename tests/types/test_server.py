"""The address of a server that drafts: what it says is read, and what may not be asked is refused in a sentence."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stagelyric.setlist.faults import FileError
from stagelyric.setlist.setlist import loads
from stagelyric.types.server import Server, host_alone, is_url, parse

names = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=12).filter(lambda n: n.strip("-") == n)
hosts = st.lists(names, min_size=1, max_size=3).map(lambda parts: ".".join([*parts, "studio"]))
paths = st.lists(names, max_size=3).map(lambda parts: "".join(f"/{part}" for part in parts))


@given(
    st.sampled_from(["http", "https", "HTTP", "Https"]), hosts, st.none() | st.integers(1, 65535), paths,
    st.sampled_from(["", "/"]), st.none() | st.text("abz0.:-_/ é", min_size=1, max_size=9).filter(str.strip),
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
        "http://127.0.0.1:0/v1", "http://127.0.0.1:00/v1#a", "http://127.0.0.1:65536", "http://127.0.0.1:/v1", "http://#a",
        "http://127.0.0.1/v1#", "http://127.0.0.1/v1# ", "http://127.0.0.1/v1#a\nb", "http://127.0.0.1/v1?#a",
        "http://@127.0.0.1/v1", "http://127.0.0.1:11434/v1/chat/completions#a", "http://127.0.0.1:8080/v1/completions/",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused_with_one_that_would_be(written: str) -> None:
    with pytest.raises(
        ValueError, match=r'(?s)^wanted a server like "http://127\.0\.0\.1:11434/v1#llama3\.2", found ".*": [a-z]'
    ):
        parse(written, None)


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("http://127.0.0.1:0/v1#a", "no server listens on port 0"),
        ("http://127.0.0.1:70000/v1#a", "its port is no number from 1 to 65535"),
        ("http://127.0.0.1:/v1#a", "no port stands after the colon"),
        ("http:///v1#a", "it names no host"),
        ("http://me:secret@127.0.0.1/v1#a", "it has a user's name before the host, which is not sent"),
        ("http://127.0.0.1/v1#", "no model's name stands after the #"),
        ("http://[::1/v1#a", "what stands in brackets is no IPv6 address"),
    ],
)
def test_a_setlist_with_it_is_refused_with_the_key_beside_all_that_is_wrong(written: str, why: str) -> None:
    text = f'title = "A"\nmodel = "{written}"\ntempo = 3\n[[songs]]\ntitle = "B"\n'
    with pytest.raises(FileError) as refused:
        loads(text, "set.toml")
    wanted = 'wanted a server like "http://127.0.0.1:11434/v1#llama3.2"'
    assert f'set.toml: model: {wanted}, found "{written}": {why}' in refused.value.faults
    assert len(refused.value.faults) == 2


@given(hosts)
def test_a_host_that_may_be_asked_is_named_as_addresses_name_it(host: str) -> None:
    assert host_alone(host) == host
    assert parse(f"http://{host}:11434/v1", [host_alone(host)]).host == host
    for around in (f"{host}:11434", f"http://{host}", f"{host}/v1", f"me@{host}", f" {host}", f"{host} ", f"{host}#a"):
        with pytest.raises(ValueError, match=r"^wanted a name or an address like .*, without a port, found"):
            host_alone(around)


def test_hosts_of_ipv6_stand_without_brackets() -> None:
    assert host_alone("fe80::1") == "fe80::1"
    for written in ("[fe80::1]", "fe80::1::2", "::1:x"):
        with pytest.raises(ValueError, match="without a port"):
            host_alone(written)


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
