"""The transformer over characters."""
