"""The attention model over characters."""
