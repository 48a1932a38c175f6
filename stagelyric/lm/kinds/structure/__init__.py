"""The model of how lines are built, whatever their words are."""
