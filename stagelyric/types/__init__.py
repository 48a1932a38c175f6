"""Types that every package may import: events, lines, devices, paths, and supervised child processes. No numpy here."""
