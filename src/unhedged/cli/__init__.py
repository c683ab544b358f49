"""The command line: one file a command, thin over :mod:`unhedged.api`.

Progress goes to stderr, results to stdout. Exit codes: 0 done, 1 failed, 2 wrong input, 3 invariant broken (a bug), 4 a stated
limit was breached, 130 interrupted.
"""

import sys


def main() -> None:
    """Run the command line and exit with its code."""
    from unhedged.cli.app import invoke

    sys.exit(invoke(sys.argv[1:]))
