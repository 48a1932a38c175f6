"""Output of a report: in the terminal, as pictures, as a page, in a model card."""
