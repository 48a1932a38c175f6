"""Where we are in the set, and what a press does: no I/O, no await, time is handed in."""
