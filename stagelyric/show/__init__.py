"""Tracks where the show is in the set and decides what a press does. No I/O and no await; time is passed in."""
