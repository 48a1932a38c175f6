"""An Ask goes in, ranked Lines come out."""
