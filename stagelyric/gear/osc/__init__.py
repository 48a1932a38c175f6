"""OSC: the declaration of all addresses, input, output, and what is generated from the declaration."""
