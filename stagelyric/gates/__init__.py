"""What never comes up: family and disguises, clichés, novelty and quoting."""
