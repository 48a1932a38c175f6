"""The ways to make drafts, one file each."""
