"""Reads a model's array files (.npz) in one way, with one kind of error for all that can be wrong."""

import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

# `Any`, since the type of an array's numbers stands in the file; whoever reads the array knows it.
Arrays: TypeAlias = Mapping[str, NDArray[Any]]


class ModelError(Exception):
    """A model, or one of its files, that can't be used. The message is one sentence for the user, with the file."""


@contextmanager
def read_npz(file: Path, wanted: str, missing: str = "") -> Iterator[Arrays]:
    """The arrays of a file by name, as long as the context is open. Nothing is unpickled.

    Raises ModelError (saying what was `wanted`) if the file is missing (`missing` is then added to the message) or
    damaged, and in place of any KeyError or ValueError in the context, which means that an array is wrong.
    """
    try:
        with file.open("rb") as opened, np.load(opened, allow_pickle=False) as arrays:
            yield arrays
    except FileNotFoundError:
        raise ModelError(f"{file}: wanted {wanted}, found no such file{missing}") from None
    except (OSError, EOFError, KeyError, ValueError, BadZipFile, zlib.error, RuntimeError) as error:
        # RuntimeError: a damaged bit may say that the archive is encrypted or of a later version
        raise ModelError(f"{file}: wanted {wanted}, found a file that is none") from error
