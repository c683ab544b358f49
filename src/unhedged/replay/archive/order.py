"""The order of blocks over all files of one kind: one that comes twice is refused, one that is missing is named."""

from unhedged.replay.archive.named import Named
from unhedged.replay.figures import Problem


class Order:
    """Numbers of the blocks read so far.

    Parameters
    ----------
    problems : list
        Gets gaps by file and line, and one problem a file for blocks that stood before.
    lost : str
        What follows from a gap.
    """

    def __init__(self, problems: list[Problem], lost: str) -> None:
        self._problems, self._last = problems, (0, "", 0)
        self._gaps = Named(problems, lost)
        self._first_twice: tuple[int, str] | None = None
        self._twice = 0

    def follows(self, file: str, row: int, number: int) -> bool:
        """Return whether a block is above every block before it; False for one that must not be counted."""
        last, last_file, last_row = self._last
        if last and number <= last:
            what = f"block {number} after block {last} ({last_file}, row {last_row:,})"
            self._first_twice = self._first_twice or (row, what)
            self._twice += 1
            return False
        if last and number > last + 1:
            what = f"block {number} follows {last}: {number - last - 1:,} missing."
            self._gaps.add("gaps in block numbers", file, row, what)
        self._last = number, file, row
        return True

    def close(self, file: str) -> None:
        """Say what was wrong in a file; a second copy of one is one problem, however many blocks it has."""
        self._gaps.close(file)
        if self._first_twice is None:
            return
        row, what = self._first_twice
        more = self._twice - 1
        what += f", and {more:,} more such lines in this file." if more else "."
        then = "They were not counted." if more else "The second was not counted."
        self._problems.append(Problem(file=file, row=row, what=what, then=then))
        self._first_twice, self._twice = None, 0
