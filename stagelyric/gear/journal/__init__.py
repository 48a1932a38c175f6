"""The show's memory."""
