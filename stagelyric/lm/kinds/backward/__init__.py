"""The model of words that reads each line from its last word to its first."""
