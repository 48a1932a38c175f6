"""What the figures are compared with: a bare echo on this machine."""

import math

from stagelyric.commands.bench_wire import floor_of


def test_the_floor_is_measured() -> None:
    row = floor_of(20, 1000)
    assert all(math.isfinite(value) for value in row.values() if isinstance(value, float))
    assert 0 < row["p50"] <= row["max"]
