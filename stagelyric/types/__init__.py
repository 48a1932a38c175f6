"""What every room may name: events, lines, devices, paths, and processes that are kept. No numpy here."""
