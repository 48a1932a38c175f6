"""The char-rnn's other cell: minGRUs."""
