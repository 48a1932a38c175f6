"""What is plugged in: a folder for each thing on stage, what it sends and what it is sent together."""
