"""The measures of lines."""
