"""What is plugged in: one package per kind of equipment, with its inputs and its outputs together."""
