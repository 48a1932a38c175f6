"""Models of language: text in, numbers out. Each kind of model has a folder in `kinds`."""
