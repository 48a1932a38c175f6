"""What goes wrong with an editor, in one plain sentence."""


class EditorError(Exception):
    """An editor that can't be had, read, built or used; its text says what, where, what was wanted and found."""


WANTED_PACKAGES = (
    "the editor can't be built: wanted the packages gguf and onnx; install them: pip install 'stagelyric[editor]'"
)
