"""Checks the rig before a show: what is fine, what deserves a look, what must be fixed, and how."""
