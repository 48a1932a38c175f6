"""The terminal that runs the show: its keys and its screen."""
