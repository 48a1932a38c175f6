"""The word model that reads each line from its last word to its first."""
