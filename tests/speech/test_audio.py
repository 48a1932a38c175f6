"""Which device is meant."""

import pytest

from stagelyric.speech.audio import Device, choose
from stagelyric.types.devices import DeviceError

ALSA, JACK = "ALSA", "JACK Audio Connection Kit"
WINDOWS = [
    Device(4, "Speakers (Scarlett 2i2 USB)", "Windows WASAPI", 2, 48_000, usual=True),
    Device(2, "Speakers (Scarlett 2i2 USB)", "Windows DirectSound", 2, 44_100, usual=True),
    Device(0, "Speakers (Scarlett 2i2 USB)", "MME", 2, 44_100, usual=True),
]
LINUX = [
    Device(7, "HDA Intel: Analog (hw:0,0)", ALSA, 2, 48_000),
    Device(8, "Scarlett 2i2 USB: Audio (hw:1,0)", ALSA, 4, 48_000),
    Device(9, "default", ALSA, 32, 44_100, usual=True),
]


def test_one_device_had_through_three_systems_is_taken_through_the_quickest() -> None:
    assert choose("scarlett", WINDOWS).index == 4
    assert choose(None, WINDOWS).index == 4
    assert choose("scarlett 2i2 usb) (mme)", WINDOWS).index == 0


def test_a_device_is_found_by_part_of_its_name() -> None:
    assert choose("scarlett", LINUX).index == 8
    assert choose(None, LINUX).index == 9


def test_a_running_jack_server_comes_before_the_card_that_it_holds() -> None:
    assert choose(None, [Device(1, "system", JACK, 2, 48_000, usual=True), *LINUX]).index == 1


def test_two_that_match_are_named() -> None:
    with pytest.raises(DeviceError, match=r"ambiguous.*HDA Intel.*Scarlett"):
        choose("hw:", LINUX)


def test_none_that_matches_is_an_error_that_says_what_there_is() -> None:
    with pytest.raises(DeviceError, match=r'no audio output matches "Push"; there is: .*Scarlett'):
        choose("Push", LINUX)
    with pytest.raises(DeviceError, match="no audio output"):
        choose(None, [])
