"""Rehearsal: drafts of songs that grow from kept lines, and further lines to choose from."""
