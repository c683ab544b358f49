"""Tables on disk: their schema, how they are written whole or not at all, and what a folder says about itself."""
