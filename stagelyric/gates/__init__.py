"""Gates that no shown line gets past: offensive words, clichés, quotations."""
