"""What a draft under way may say next, so that it comes out in metre and on its rhyme. Pure."""
