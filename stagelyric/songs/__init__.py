"""Analyses a band's own songs (sections, form, names, themes) and drafts a setlist from them."""
