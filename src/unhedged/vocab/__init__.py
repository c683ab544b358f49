"""Words and units: enums, ids, unit strings, errors and the registry. Imports nothing of the package."""
