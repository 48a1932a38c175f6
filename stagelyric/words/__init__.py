"""The language itself: how words sound, are cut, rhyme, keep company and are used. Knows no model."""
