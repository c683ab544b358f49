"""Write the reference page of tables: ``python -m unhedged.results > docs/reference/results.md``."""

import sys

from unhedged.results.schema import describe

sys.stdout.write(describe())
