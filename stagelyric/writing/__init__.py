"""Writes lyric lines: given an `Ask`, returns ranked `Line`s."""
