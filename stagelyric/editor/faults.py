"""What goes wrong with an editor, in one plain sentence."""

from stagelyric.types.extras import how_to_get


class EditorError(Exception):
    """An editor that can't be had, read, built or used; its text says what, where, what was wanted and found."""


WANTED_PACKAGES = f"the editor can't be built: wanted the packages gguf and onnx; install them: {how_to_get('editor')}"


def check_packages() -> None:
    """Raises EditorError where what builds an editor isn't installed: said before anything is downloaded."""
    from importlib.util import find_spec

    if find_spec("gguf") is None or find_spec("onnx") is None:
        raise EditorError(WANTED_PACKAGES)
