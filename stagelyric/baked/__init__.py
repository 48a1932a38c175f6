"""A show that was written ahead: its file, what the band changes in it, and the proof that they read."""
