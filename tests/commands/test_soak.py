import json
import re

import pytest
from click.testing import CliRunner

from stagelyric.commands.soak import Sample, Soak, picture, soak, summary


def samples(growth: float) -> list[Sample]:
    return [Sample(hour * 3600, 80 + growth * hour, 200.0, 30, 2.0) for hour in range(9)]


@pytest.mark.parametrize("growth", [0.0, 1.5, -2.0])
def test_growth_is_told_in_megabytes_an_hour(growth: float) -> None:
    told = summary(Soak(presses=3, latencies=[1.0, 9.0, 2.0], samples=samples(growth)))
    assert told["growth_mb_an_hour"] == pytest.approx(growth)
    assert (told["latency_p50_ms"], told["presses"]) == (2.0, 3)


def test_a_soak_without_a_sample_is_told_too() -> None:
    assert summary(Soak())["memory_last_mb"] == 0.0
    assert picture([]).endswith("</svg>")


def test_the_picture_lies_within_its_frame() -> None:
    points = re.findall(r"([\d.]+),([\d.]+)", picture(samples(3.0)))
    assert len(points) == 4 * 9
    assert all(0 <= float(x) <= 720 and 0 <= float(y) <= 460 for x, y in points)


@pytest.mark.slow
def test_some_minutes_of_a_show_are_stood() -> None:
    run = CliRunner().invoke(soak, ["--hours", "0.05", "--speed", "20", "--model", "char-rnn", "--json"])
    told = json.loads(run.output)
    assert run.exit_code == 0, run.output
    assert told["presses"] > 10
    assert told["presses_lost"] == told["lines_twice"] == 0
