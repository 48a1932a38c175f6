"""Training: texts in, a complete model folder out."""
