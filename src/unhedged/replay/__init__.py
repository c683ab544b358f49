"""Real events, driven through the rules."""
