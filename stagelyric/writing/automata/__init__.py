"""Automata that constrain unfinished drafts, so that each ends with the right metre and rhyme. No I/O."""
