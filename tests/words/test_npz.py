"""A model's array files: whatever is wrong with one is one sentence with the file, and nothing in it is run."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stagelyric.words.npz import ModelError, read_npz


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("npz") / "it.npz"
    np.savez_compressed(file, one=np.arange(200), two=np.array(["row", "me"]))
    return file


def test_arrays_are_read_by_name(saved: Path) -> None:
    with read_npz(saved, "a model") as arrays:
        assert arrays["one"].sum() == 199 * 100
        assert arrays["two"].tolist() == ["row", "me"]


def test_a_missing_file_is_told_with_what_makes_it(tmp_path: Path) -> None:
    wanted = f"{tmp_path / 'no.npz'}: wanted a model, found no such file; fetch it"
    with pytest.raises(ModelError) as raised, read_npz(tmp_path / "no.npz", "a model", "; fetch it"):
        pass
    assert str(raised.value) == wanted


@pytest.mark.parametrize("flipped", [1, 64])
def test_a_damaged_byte_is_a_sentence_or_changes_nothing(saved: Path, flipped: int) -> None:
    """Wherever it is: a bit may say of an archive that it is encrypted, or of a version that is not known yet."""
    whole = saved.read_bytes()
    file = saved.with_name("damaged.npz")
    refused = 0
    for at in range(len(whole)):
        file.write_bytes(whole[:at] + bytes([whole[at] ^ flipped]) + whole[at + 1 :])
        try:
            with read_npz(file, "a model") as arrays:
                assert arrays["one"].tolist() == list(range(200))
        except ModelError as error:
            refused += str(error) == f"{file}: wanted a model, found a file that is none"
    assert refused > len(whole) // 3


@given(st.integers(0, 400))
@settings(max_examples=30)
def test_a_file_that_breaks_off_is_refused(saved: Path, kept: int) -> None:
    whole = saved.read_bytes()
    file = saved.with_name("short.npz")
    file.write_bytes(whole[: min(kept, len(whole) - 1)])
    with pytest.raises(ModelError, match="found a file that is none"), read_npz(file, "a model") as arrays:
        arrays["one"].sum()


class Opened:
    """Tells, when it is unpickled."""

    def __reduce__(self) -> tuple[object, tuple[str, ...]]:
        return pytest.fail, ("it was unpickled",)


def test_what_is_pickled_is_never_opened(tmp_path: Path) -> None:
    file = tmp_path / "bad.npz"
    np.savez(file, one=np.array([Opened()], dtype=object))
    with pytest.raises(ModelError, match="found a file that is none"), read_npz(file, "a model") as arrays:
        arrays["one"].sum()


def test_a_missing_array_or_one_of_another_form_is_the_files_fault(saved: Path) -> None:
    with pytest.raises(ModelError, match="found a file that is none"), read_npz(saved, "a model") as arrays:
        arrays["three"].sum()
    with pytest.raises(ModelError, match="found a file that is none"), read_npz(saved, "a model") as arrays:
        arrays["one"].reshape(3, 7)


def test_a_folder_is_refused_and_other_errors_pass(tmp_path: Path, saved: Path) -> None:
    with pytest.raises(ModelError, match="found a file that is none"), read_npz(tmp_path, "a model"):
        pass
    with pytest.raises(ZeroDivisionError), read_npz(saved, "a model"):
        _ = 1 // 0
