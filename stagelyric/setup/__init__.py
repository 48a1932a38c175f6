"""Edits a setlist on a page: the page's form, checks while one types, and the file, in a process of its own."""
