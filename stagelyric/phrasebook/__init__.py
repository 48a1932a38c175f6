"""Frames: couplets and quatrains with alternatives, written by hand, that expand into many lines (docs/lines.md)."""
