"""The sounds on disk."""

import contextlib
import os
import time
from pathlib import Path

import pytest

from stagelyric.speech.cache import Cache


def put(cache: Cache, text: str, size: int = 100, age: float = 0.0) -> Path:
    path = cache.path(text)
    path.write_bytes(b"x" * size)
    os.utime(path, (time.time() - age, time.time() - age))
    return path


def test_a_sound_is_named_by_text_voice_and_rate(tmp_path: Path) -> None:
    paths = {
        Cache(tmp_path, voice, rate).path(text)
        for voice in (None, "en-us")
        for rate in (None, 150)
        for text in ("Row me home", "Row me in", "Row me home?")
    }
    assert len(paths) == 12
    assert Cache(tmp_path, None, None).path("Row me home") == Cache(tmp_path, None, None).path("row  me Home")


def test_what_was_made_last_night_is_there_tonight(tmp_path: Path) -> None:
    last = Cache(tmp_path / "speech", None, None)
    last.open()
    last.add(put(last, "Row me home"))
    last.close()
    tonight = Cache(tmp_path / "speech", None, None)
    assert not tonight.has("Row me home")
    tonight.open()
    assert tonight.has("Row me home")
    assert not tonight.has("Row me in")


def test_the_least_recently_used_go_first_and_never_tonights(tmp_path: Path) -> None:
    cache = Cache(tmp_path, None, None, limit=1000)
    cache.open()
    for age in range(8):
        put(cache, f"Line {age}", 100, age=1000.0 * (age + 1))
    cache.add(put(cache, "Line 7", 100, age=8000.0))
    cache.add(put(cache, "Tonight", 500))
    cache.close()
    left = Cache(tmp_path, None, None, limit=1000)
    left.open()
    assert left.has("Tonight")
    assert left.has("Line 7")
    assert left.has("Line 0")
    assert not left.has("Line 6")
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 1000


def test_it_says_when_it_is_full(tmp_path: Path) -> None:
    cache = Cache(tmp_path, None, None, limit=250)
    cache.open()
    for number in range(3):
        assert not cache.full
        cache.add(put(cache, f"Line {number}"))
    assert cache.full


def test_a_damaged_sound_is_forgotten(tmp_path: Path) -> None:
    cache = Cache(tmp_path, None, None)
    cache.open()
    path = put(cache, "Row me home")
    cache.add(path)
    cache.lose(path)
    assert not cache.has("Row me home")
    assert not path.exists()


def test_what_was_half_written_when_the_power_went_is_cleared_away(tmp_path: Path) -> None:
    (tmp_path / "old.flac.12.part").write_bytes(b"x")
    os.utime(tmp_path / "old.flac.12.part", (0, 0))
    (tmp_path / "new.flac.13.part").write_bytes(b"x")
    Cache(tmp_path, None, None).open()
    assert [path.name for path in tmp_path.iterdir()] == ["new.flac.13.part"]


def test_what_is_no_sound_is_put_aside(tmp_path: Path) -> None:
    cache = Cache(tmp_path, None, None)
    paths = {name: cache.path(name) for name in ("folder", "pipe", "nowhere", "itself", "huge", "sound")}
    paths["folder"].mkdir()
    if hasattr(os, "mkfifo"):
        os.mkfifo(paths["pipe"])
    with contextlib.suppress(OSError):  # not everyone may make links on Windows
        paths["nowhere"].symlink_to("nowhere")
        paths["itself"].symlink_to(paths["itself"])
    put(cache, "huge")
    os.truncate(paths["huge"], 3 << 30)
    put(cache, "sound")
    cache.open()
    assert [name for name in paths if cache.has(name)] == ["sound"]
    assert [name for name, path in paths.items() if path.exists() or path.is_symlink()] == ["sound"]
    assert (tmp_path / min(tmp_path.glob(f"{paths['folder'].name}.damaged-*"))).is_dir()
    assert not cache.full  # what was put aside takes no sound's room


def test_it_tries_whether_there_is_room(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "speech", None, None)
    with pytest.raises(OSError, match="speech"):
        cache.probe()
    cache.open()
    cache.probe()
    assert not list((tmp_path / "speech").iterdir())
