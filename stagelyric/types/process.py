"""Starts every child process: `python -m stagelyric.types.process MODULE [ARGUMENT…]`.

Our processes communicate over the child's standard output, but sound drivers, voices and their libraries print there
too, from Python and from C. So before MODULE and its imports are loaded, the pipe is moved to a file descriptor that
only MODULE is told of, and everything printed goes to standard error. MODULE's `main` is called with that descriptor;
its arguments are in `sys.argv[1:]` as if it had been started directly.
"""

import contextlib
import os
import sys
from importlib import import_module
from pathlib import Path


def private_pipe() -> int:
    """Moves the standard output's pipe to a new descriptor, which no child inherits, and returns it; standard output
    then goes to standard error."""
    try:
        os.fstat(2)
    except OSError:  # standard error is closed, and the pipe would get its number
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    pipe = os.dup(1)
    os.dup2(2, 1)
    return pipe


def command(module: str, *arguments: str, isolated: bool = False) -> list[str]:
    """The command line that runs a module of ours as a child. `isolated`: files in the working directory can't replace
    a module; the child then needs `isolated_environment`."""
    python = [sys.executable, "-P"] if isolated else [sys.executable]
    return [*python, "-m", "stagelyric.types.process", module, *arguments]


def isolated_environment() -> dict[str, str]:
    """The environment of an isolated child, which names the package's own location."""
    here = str(Path(__file__).parents[2])
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [here, os.environ.get("PYTHONPATH")]))}


def step_aside(by: int = 15) -> None:
    """Lowers this process's priority, in favour of the show and of other programs playing tonight."""
    with contextlib.suppress(OSError, AttributeError):
        os.nice(by)


if __name__ == "__main__":
    _pipe = private_pipe()
    del sys.argv[0]  # so that MODULE stands where a program's own name does
    import_module(sys.argv[0]).main(_pipe)
