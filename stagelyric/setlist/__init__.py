"""What a musician writes: the setlist, the rig and their triggers. Read from TOML; all errors are reported at once."""
