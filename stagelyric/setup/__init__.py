"""A setlist edited on a page: its form, its check as one types, and its file, in a process of its own."""
