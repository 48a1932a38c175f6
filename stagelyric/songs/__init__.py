"""A band's own songs, looked at: their sections, form, names and themes, and the setlist that is drawn up from them."""
