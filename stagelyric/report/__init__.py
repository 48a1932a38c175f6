"""Measures of lyrics, each with a definition, compared with the same measures of lines by people.

lyrics, reading      songs for measuring: stanzas of lines, with their rhyme scheme
language             word frequencies and parts of speech, from the packages of the extra `report`
reference            counts from public-domain songs: how rare a word is, which phrases are worn
wording, form        measures of single lines; of syllables and rhyme
repetition, habits   repetition: as numbers; by phrase, opening, rhyme and word
average              the average line, and how it was found
classifier           whether a classifier can tell two sets of lines apart
bands, whole         the ranges of people's lines; all measures as one report
page, plot           the report in a terminal; as pictures
"""
