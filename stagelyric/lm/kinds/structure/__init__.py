"""The model of line structure, independent of the words."""
