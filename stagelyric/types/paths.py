"""Where files lie: models, journal, the pool on disk, the lines' sounds."""

import contextlib
import difflib
import hashlib
import os
import sys
from pathlib import Path

from platformdirs import PlatformDirs

from stagelyric import __version__
from stagelyric.types import server

_DIRECTORIES = PlatformDirs("stagelyric", appauthor=False)


LARGEST_TASTE = 1 << 20  # bytes; a real one has a few hundred

_WRITTEN = (".frames", ".words", ".npz")
"""Suffixes of the files from which frames are built, without the compiled ones."""


class ModelNotFoundError(Exception):
    """No model matches a name; the message is one plain sentence that says which there are."""


def journal() -> Path:
    return Path(_DIRECTORIES.user_data_dir) / "journal.sqlite3"


def certificates() -> Path:
    return Path(_DIRECTORIES.user_data_dir) / "https"


def joined() -> Path:
    """The key with which the tokens of joined pages are signed."""
    return Path(_DIRECTORIES.user_data_dir) / "joined.key"


def drafts() -> Path:
    """The folder with drafts of songs, which has one folder per set."""
    return Path(_DIRECTORIES.user_data_dir) / "drafts"


def pools() -> Path:
    return Path(_DIRECTORIES.user_cache_dir) / "pool"


def quotes() -> Path:
    """The folder with the indexes of "never quote" files."""
    return Path(_DIRECTORIES.user_cache_dir) / "quotes"


def speech() -> Path:
    return Path(_DIRECTORIES.user_cache_dir) / "speech"


def baked_speech(digest: str) -> Path:
    """The folder into which one baked show's sounds are unpacked."""
    return Path(_DIRECTORIES.user_cache_dir) / "baked" / digest[:16]


def editors() -> Path:
    """The folder with the downloaded language models that judge lines."""
    return Path(_DIRECTORIES.user_data_dir) / "editors"


def built_editors() -> Path:
    """The folder with what is built from them."""
    return Path(_DIRECTORIES.user_cache_dir) / "editors"


def taste() -> Path:
    """The file in which `learn-taste` stores what the band likes by default; `STAGELYRIC_TASTE` names another."""
    return Path(os.environ.get("STAGELYRIC_TASTE") or Path(_DIRECTORIES.user_config_dir) / "taste.toml")


def model_folders() -> list[Path]:
    """The folders searched for models: the working directory, beside the source, the package's own, the user's."""
    return [
        Path("models"),
        Path(__file__).parents[2] / "models",
        Path(sys.prefix) / "share" / "stagelyric" / "models",
        Path(_DIRECTORIES.user_data_dir) / "models",
    ]


def models() -> dict[str, Path]:
    """Every model by name; if several folders have the same name, the first wins."""
    found: dict[str, Path] = {}
    for folder in model_folders():
        for meta in sorted(folder.glob("*/meta.json")):
            found.setdefault(meta.parent.name, meta.parent.resolve())
    return found


def find_model(wanted: str) -> Path:
    """The folder of a model, given its path or name; for a server's address, that of the model used beside the server.

    Raises ModelNotFoundError.
    """
    if server.is_url(wanted):  # the server only drafts; a model of ours reads its drafts, and writes without it
        return find_model(server.BESIDE)
    path = Path(wanted)
    if (path / "meta.json").is_file():
        return path.resolve()
    known = models()
    if wanted in known:
        return known[wanted]
    near = difflib.get_close_matches(wanted, known, n=1, cutoff=0.5)
    hint = f'did you mean "{near[0]}"?' if near else f"there is: {', '.join(known) or 'none'}"
    raise ModelNotFoundError(
        f'model: wanted a folder with a meta.json or a name in models/, found no "{wanted}"; {hint}'
    )


def backward(model: Path) -> Path | None:
    """The file of words that lines are built backward from, starting at their end: the model's own, or else the one
    shipped for all; None if there is none."""
    files = (folder / "backward.npz" for folder in (model, *(folder / "backward" for folder in model_folders())))
    return next((file.resolve() for file in files if file.is_file()), None)


def frames() -> Path | None:
    """The folder of the frames that are shipped; None if there are none."""
    folders = (folder / "songbook" / "frames" for folder in model_folders())
    return next((folder.resolve() for folder in folders if (folder / "classes.words").is_file()), None)


def songbook() -> Path | None:
    """The folder of the songs that are shipped, in folders by genre; None if there are none."""
    folders = (folder / "songbook" for folder in model_folders())
    return next((folder.resolve() for folder in folders if next(folder.glob("*/*.cho"), None)), None)


def compiled_frames() -> Path:
    """The folder for frames that had to be compiled."""
    return Path(_DIRECTORIES.user_cache_dir) / "frames"


def edition(model: Path) -> str:
    """A name for everything that determines the lines (model, the band's taste, frames, this version): stored lines are
    used only with the same edition."""
    meta = (model / "meta.json").read_bytes()
    liked = b""
    with contextlib.suppress(OSError):  # a taste that can't be read counts as none, as it does when lines are ranked
        file = taste()
        liked = file.read_bytes() if file.is_file() and file.stat().st_size <= LARGEST_TASTE else b""
    words = backward(model)
    liked += hashlib.sha256(words.read_bytes()).digest() if words is not None else b""
    if (book := frames()) is not None:
        for file in sorted(book.rglob("*")):
            liked += hashlib.sha256(file.read_bytes()).digest() if file.suffix in _WRITTEN else b""
    return f"{model.name}-{hashlib.sha256(meta + liked + __version__.encode()).hexdigest()[:12]}"
