"""Export formats for a night: each module of this folder defines one or more in `EXPORTS`, and is found by that
alone."""
