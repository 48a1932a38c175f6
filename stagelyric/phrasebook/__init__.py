"""Frames: couplets and quatrains with alternatives, written by hand, that unfold into lines (docs/lines.md)."""
