"""OSC: the declaration of every address, input, output, and what is made from the declaration."""
