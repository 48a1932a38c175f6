"""The terminal in which the show runs: its keys and its screen."""
