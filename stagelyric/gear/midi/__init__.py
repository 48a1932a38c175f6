"""MIDI: pedals, lamps, and the process that holds the drivers."""
