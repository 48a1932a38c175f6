"""What lines are like, in numbers with a definition each, beside the same numbers for lines that people wrote.

lyrics, reading      songs as they are measured: stanzas of lines, with the scheme they keep
language             word frequencies and kinds of word, from the packages of the extra `report`
reference            what was counted once of public-domain songs: how rare a word is, which phrases are worn
wording, form        measures of single lines; of syllables and rhyme
repetition, habits   what comes again: in numbers; by the phrase, the opening, the rhyme, the word
average              the average line, and how it was found
classifier           whether a machine can tell two sets of lines apart
bands, whole         where people's lines lie; all measures as one report
page, plot           the report for a terminal; as pictures
"""
