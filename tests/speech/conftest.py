"""A stage that speaks, on a sound server of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from jack import Jack, server
from programs import require


@pytest.fixture
def jack() -> Iterator[Jack]:
    require("package:soundfile", "package:soxr", "package:JACK-Client", "portaudio", "jack")
    with server(outputs=4) as running:
        yield running


@pytest.fixture
def sounds(tmp_path: Path) -> list[Path]:
    """Twelve lines' worth of sound, each unlike the others: sweeps with a syllable's rise and fall, 0.6 s, 48 kHz."""
    import numpy as np

    from stagelyric.speech import sound

    paths = []
    time = np.arange(int(0.6 * 48_000)) / 48_000
    for number in range(12):
        phase = 2 * np.pi * (90 + 23 * number) * time * (1 + 0.4 * time)
        shape = np.sin(np.pi * time / 0.6) ** 0.5 * (0.6 + 0.4 * np.sin(2 * np.pi * (3 + number % 4) * time))
        paths.append(tmp_path / f"sweep{number}.flac")
        sound.write(paths[-1], (0.5 * np.sin(phase) * shape).astype(np.float32), 48_000)
    return paths
