"""Language models: text in, probabilities out. Each kind of model has a folder in `kinds`."""
