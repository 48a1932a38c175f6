"""Where things lie: the models, the journal, the pool on disk, the lines' sounds."""

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


_WRITTEN = (".frames", ".words", ".npz")
"""What frames are made of, but for what is compiled of them."""


class ModelNotFoundError(Exception):
    """No model answers to a name: one plain sentence that says which there are."""


def journal() -> Path:
    return Path(_DIRECTORIES.user_data_dir) / "journal.sqlite3"


def certificates() -> Path:
    return Path(_DIRECTORIES.user_data_dir) / "https"


def drafts() -> Path:
    """Where the drafts of songs are kept, a folder a set."""
    return Path(_DIRECTORIES.user_data_dir) / "drafts"


def pools() -> Path:
    return Path(_DIRECTORIES.user_cache_dir) / "pool"


def quotes() -> Path:
    """Where the indexes of "never quote" files lie."""
    return Path(_DIRECTORIES.user_cache_dir) / "quotes"


def speech() -> Path:
    return Path(_DIRECTORIES.user_cache_dir) / "speech"


def baked_speech(digest: str) -> Path:
    """Where the sounds of one baked show are unpacked."""
    return Path(_DIRECTORIES.user_cache_dir) / "baked" / digest[:16]


def editors() -> Path:
    """Where the language models lie that judge lines, as they were fetched."""
    return Path(_DIRECTORIES.user_data_dir) / "editors"


def built_editors() -> Path:
    """Where what is built from them is kept."""
    return Path(_DIRECTORIES.user_cache_dir) / "editors"


def taste() -> Path:
    """Where `learn-taste` keeps what the band likes, unless told otherwise; `STAGELYRIC_TASTE` names another file."""
    return Path(os.environ.get("STAGELYRIC_TASTE") or Path(_DIRECTORIES.user_config_dir) / "taste.toml")


def model_folders() -> list[Path]:
    """Where models are looked for: here, beside the source, where the package put them, among the user's own."""
    return [
        Path("models"),
        Path(__file__).parents[2] / "models",
        Path(sys.prefix) / "share" / "stagelyric" / "models",
        Path(_DIRECTORIES.user_data_dir) / "models",
    ]


def models() -> dict[str, Path]:
    """Every model by name; the first folder that has a name wins."""
    found: dict[str, Path] = {}
    for folder in model_folders():
        for meta in sorted(folder.glob("*/meta.json")):
            found.setdefault(meta.parent.name, meta.parent.resolve())
    return found


def find_model(wanted: str) -> Path:
    """The folder of a model, by its path or its name; of a server's address that of the model beside it.

    Raises ModelNotFoundError.
    """
    if server.is_url(wanted):  # it drafts; what reads its drafts, and writes without it, is a model of ours
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
    """The words that a model's lines begin at their end with: its own, else those that are shipped for all."""
    files = (folder / "backward.npz" for folder in (model, *(folder / "backward" for folder in model_folders())))
    return next((file.resolve() for file in files if file.is_file()), None)


def frames() -> Path | None:
    """The folder of the frames that are shipped; None where there are none."""
    folders = (folder / "songbook" / "frames" for folder in model_folders())
    return next((folder.resolve() for folder in folders if (folder / "classes.words").is_file()), None)


def compiled_frames() -> Path:
    """Where frames that had to be compiled are kept."""
    return Path(_DIRECTORIES.user_cache_dir) / "frames"


def edition(model: Path) -> str:
    """A name for what a model, the band's taste and this version write together: kept lines are never another's."""
    meta = (model / "meta.json").read_bytes()
    liked = b""
    with contextlib.suppress(OSError):  # one that can't be read is none, as where lines are ranked
        liked = taste().read_bytes() if taste().is_file() else b""
    words = backward(model)
    liked += hashlib.sha256(words.read_bytes()).digest() if words is not None else b""
    if (book := frames()) is not None:
        for file in sorted(book.rglob("*")):
            liked += hashlib.sha256(file.read_bytes()).digest() if file.suffix in _WRITTEN else b""
    return f"{model.name}-{hashlib.sha256(meta + liked + __version__.encode()).hexdigest()[:12]}"
