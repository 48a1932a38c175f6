"""Names, origins and the PIN, with a clock of the test's own."""

import pytest

from stagelyric.web.guard import TRIES, WINDOW, Hosts, Pin, is_loopback, same_origin


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1"])
def test_loopback(address: str) -> None:
    assert is_loopback(address)


@pytest.mark.parametrize("address", ["192.168.1.5", "", None, "localhost.evil.example", "::ffff:10.0.0.1", "0.0.0.0"])
def test_not_loopback(address: str | None) -> None:
    assert not is_loopback(address)


@pytest.mark.parametrize(
    ("origin", "host", "same"),
    [
        (None, "127.0.0.1:7740", True),
        ("http://127.0.0.1:7740", "127.0.0.1:7740", True),
        ("http://LOCALHOST:7740", "localhost:7740", True),
        ("http://rig.local", "rig.local:80", True),
        ("http://[::1]:7740", "[::1]:7740", True),
        ("http://127.0.0.1:7741", "127.0.0.1:7740", False),
        ("http://localhost:7740", "127.0.0.1:7740", False),
        ("https://evil.example", "127.0.0.1:7740", False),
        ("null", "127.0.0.1:7740", False),
        ("", "127.0.0.1:7740", False),
        ("file://", "127.0.0.1:7740", False),
        ("http://127.0.0.1:notaport", "127.0.0.1:7740", False),
        ("http://[", "127.0.0.1:7740", False),
    ],
)
def test_origin(origin: str | None, host: str, same: bool) -> None:
    assert same_origin(origin, host) is same


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST:7740",
        "127.0.0.1:7740",
        "[::1]:7740",
        "rig.local:7740",
        "10.0.0.2:7740",
        "tablet.localhost",
    ],
)
def test_our_names(host: str) -> None:
    assert Hosts(["rig.local"]).allows(host, "10.0.0.2")


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:7740", "10.0.0.3", "", "[", "localhost.evil.example", "0"]
)
def test_other_names(host: str) -> None:
    assert not Hosts(["rig.local"]).allows(host, "10.0.0.2")


def test_this_machine_has_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: "Stagebox")
    hosts = Hosts()
    assert hosts.allows("stagebox:7740", None)
    assert hosts.allows("stagebox.local", None)


def test_the_pin() -> None:
    pin = Pin("1967")
    assert pin.refusal("a", "1967") is None
    assert (
        pin.refusal("a", None)
        == "Changing the show wants the rig's PIN: type it in on the page, or send it as X-Stagelyric-Pin."
    )
    assert pin.refusal("a", "1968") == "That is not the rig's PIN."
    assert pin.refusal("a", "\ud800") == "That is not the rig's PIN."


def test_without_a_pin_nobody_from_afar_may_change_the_show() -> None:
    assert "no PIN" in (Pin(None).refusal("a", "") or "")
    assert "no PIN" in (Pin("").refusal("a", "anything") or "")


def test_wrong_tries_are_counted_for_each_address_and_forgotten_in_time() -> None:
    now = 100.0
    pin = Pin("1967", clock=lambda: now)
    for _ in range(TRIES):
        assert pin.refusal("a", "0000") == "That is not the rig's PIN."
    refusal = pin.refusal("a", "1967")
    assert refusal is not None
    assert "wait 30 s" in refusal
    assert pin.refusal("b", "1967") is None
    now += WINDOW
    assert pin.refusal("a", "1967") is None


def test_asking_without_a_pin_is_no_try() -> None:
    pin = Pin("1967", clock=lambda: 0.0)
    for _ in range(TRIES * 3):
        pin.refusal("a", None)
    assert pin.refusal("a", "1967") is None


def test_a_crowd_of_addresses_is_not_remembered_for_ever() -> None:
    pin = Pin("1967", clock=lambda: 0.0)
    for i in range(5000):
        pin.refusal(str(i), "wrong")
    assert len(pin._wrong) <= 1000
