"""A report shown: in the terminal, as pictures, as a page, in a card."""
