"""A crowd that brings assets in place of dollars: the same crowd, the same equity, lots that are conserved."""
