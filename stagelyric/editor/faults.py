"""The error for everything that can be wrong with an editor."""

from stagelyric.types.extras import how_to_get


class EditorError(Exception):
    """An editor that can't be fetched, read, built or used; the message says what, where, expected and found."""


WANTED_PACKAGES = f"the editor can't be built: wanted the packages gguf and onnx; install them: {how_to_get('editor')}"


def check_packages() -> None:
    """Raises EditorError if the packages for building an editor are missing; called before any download."""
    from importlib.util import find_spec

    if find_spec("gguf") is None or find_spec("onnx") is None:
        raise EditorError(WANTED_PACKAGES)
