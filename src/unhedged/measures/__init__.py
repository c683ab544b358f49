"""Named measures by subject: pure functions of arrays, and the headline measures of a run from its tables."""
