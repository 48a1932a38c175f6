"""Files of arrays (.npz) that belong to a model: read in one way, with one error for what can't be used."""

import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np


class ModelError(Exception):
    """A model, or a file that belongs to one, that cannot be used; its text is one sentence for the user, naming the
    file."""


@contextmanager
def read_npz(file: Path, wanted: str, missing: str = "") -> Iterator[Mapping[str, Any]]:
    """The arrays in a file by their names, while the context is open. Nothing is ever unpickled.

    Raises ModelError, which says what was `wanted`, where the file is missing (`missing`: what is said besides) or is
    none, and for a KeyError or ValueError while the context is open: an array that is not as it should be.
    """
    try:
        with file.open("rb") as opened, np.load(opened, allow_pickle=False) as arrays:
            yield arrays
    except FileNotFoundError:
        raise ModelError(f"{file}: wanted {wanted}, found no such file{missing}") from None
    except (OSError, EOFError, KeyError, ValueError, BadZipFile, zlib.error) as error:
        raise ModelError(f"{file}: wanted {wanted}, found a file that is none") from error
