"""The patches: files for Max, Pure Data, touch surfaces and show control, generated from the declared addresses."""
