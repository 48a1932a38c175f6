"""Texts in, a model's folder with all that belongs to it out."""
