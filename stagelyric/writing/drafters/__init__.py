"""How drafts are made, a file for each way."""
