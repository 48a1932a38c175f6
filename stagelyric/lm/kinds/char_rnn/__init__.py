"""The character RNN."""
