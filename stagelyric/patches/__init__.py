"""The patches: files for Max, Pure Data, touch surfaces and show control, made from the declared addresses."""
