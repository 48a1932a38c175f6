"""The language itself: pronunciation, syllables, rhyme, meaning and use of words. Independent of any model."""
