import pytest

from stagelyric.web.budget import WATCHING, Budget, share
from stagelyric.web.guard import TRIES, TRIES_OF_ALL, WINDOW, Pin


def test_who_sends_more_than_its_share_is_read_more_slowly() -> None:
    now = 0.0
    budget = Budget(lambda: now)
    for _ in range(round(WATCHING.messages * WATCHING.burst)):
        assert budget.spend(20, WATCHING) == pytest.approx(0.0, abs=1e-9)
    for _ in range(100):
        now += budget.spend(20, WATCHING)
    assert now == pytest.approx(100 / WATCHING.messages, rel=0.01)
    assert budget.spend(64 * 1024, WATCHING) > 3.0
    now += 60.0
    assert budget.spend(20, WATCHING) == 0.0


def test_a_phone_s_many_addresses_are_one() -> None:
    assert share("fe80::1%eth0") == share("fe80::2")
    assert share("2001:db8:1:2::5") == share("2001:db8:1:2:ffff::9") != share("2001:db8:1:3::5")
    assert share("10.0.0.1") != share("10.0.0.2")
    assert share("::ffff:10.0.0.1") != share("::ffff:10.0.0.2")
    assert share("") == ""


def test_a_pin_is_not_found_by_many_addresses_together() -> None:
    now = 0.0
    pin = Pin("123456", lambda: now)
    assert pin.refusal("10.0.0.1", "123456") is None
    tried = 0
    for number in range(1000):
        address = f"10.1.{number // 250}.{number % 250}"
        for _ in range(TRIES):
            refusal = pin.refusal(address, f"{number:06}")
            tried += refusal == "That is not the rig's PIN."
    assert tried == TRIES_OF_ALL
    assert "from everywhere" in str(pin.refusal("10.9.9.9", "123456"))
    assert pin.refusal("10.0.0.1", "123456") is None  # who has joined is not kept out
    now += WINDOW + 1
    assert pin.refusal("10.9.9.9", "123456") is None
