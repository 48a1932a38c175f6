"""MIDI: pedals and lamps, and the process that holds the drivers."""
