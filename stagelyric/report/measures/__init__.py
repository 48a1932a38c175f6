"""What is measured of lines."""
