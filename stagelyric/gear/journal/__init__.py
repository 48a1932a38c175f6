"""The journal: the record of every show."""
