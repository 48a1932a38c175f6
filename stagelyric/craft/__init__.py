"""What makes a line worth singing: text in, numbers out. Nothing here knows a model.

syllables, phonetics, rhyme, metre   how words sound and are cut for singing
words, cliches, family, disguises    lists, and the gate for a family audience
lexicon, near, structure, novelty    what is learned of a training text, each a file beside the model; build makes them
rules, planning, drafting            what an ask allows; what a line sets out to be; how a draft is kept to it
ranking                              which draft is worth singing
"""
