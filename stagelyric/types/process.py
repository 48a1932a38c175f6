"""Where every child process begins: `python -m stagelyric.types.process MODULE [ARGUMENT…]`.

Our processes talk over the child's standard output, and sound drivers, voices and their libraries print there, from
Python and from C. So before MODULE and whatever it needs is imported, the pipe moves to a file descriptor that only
MODULE is told of, and what is printed goes to standard error. MODULE's `main` is called with that descriptor; its
arguments are in `sys.argv[1:]` as if it had been started by itself.
"""

import os
import sys
from importlib import import_module


def private_pipe() -> int:
    """Takes standard output away from everybody else; its pipe's new descriptor, which no child inherits."""
    try:
        os.fstat(2)
    except OSError:  # whoever started us closed standard error, and the pipe would get its number
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    pipe = os.dup(1)
    os.dup2(2, 1)
    return pipe


if __name__ == "__main__":
    _pipe = private_pipe()
    del sys.argv[0]  # so that MODULE stands where a program's own name does
    import_module(sys.argv[0]).main(_pipe)
