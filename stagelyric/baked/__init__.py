"""A show written in advance: its file, the band's changes to it, and a proof to read."""
