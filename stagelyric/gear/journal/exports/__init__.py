"""What a night can be made into: a module of this folder each, with `EXPORTS`; nothing else names it."""
