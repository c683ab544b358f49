"""Sentences that every page carries."""

LIMITS = (
    "A crowd, books and news go in; behaviour follows published forms where there are some, and priors otherwise. Which value is "
    "sourced, derived, calibrated or assumed stands in the scenario file.",
    "Prices, depth and open interest do not tell a day of liquidations from a day of panic: what amplified the fall is an assumption "
    "as much as a result.",
    "The day stands on a ridge: a little more or less selling decides. Trust differences between twins before levels, and "
    "distributions before paths.",
    "Venues follow their published rules as of the date in the rulebook's name; what a venue does not publish is a parameter.",
    "Not modelled: options, dated futures, withdrawals from venues, defaults of venues, and people who change their mind.",
)
"""What a model of that day leaves out. Always on the page."""
