"""What a musician writes: the setlist, the rig and their triggers, from TOML, with every fault at once."""
