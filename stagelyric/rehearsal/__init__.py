"""Rehearsal: drafts of songs, collected from kept lines, and suggestions for further lines."""
