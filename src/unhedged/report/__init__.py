"""Everything people look at, made from results alone."""
