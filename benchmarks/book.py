"""The book on the common stream, one batch call: beside bourse and beside the plain book in Python."""

import sys
from collections.abc import Callable, Iterator
from importlib import metadata
from statistics import median

import numpy as np
from numpy.typing import NDArray

from benchmarks.books import End, Messages, bare_calls, bourse_book, compiled_book, plain_book
from benchmarks.side_by_side import Row, alternate, show
from unhedged.engine.bench_kernels import common_stream
from unhedged.engine.bench_measure import figure

PLAIN_MESSAGES = 200_000
"""Messages from the start of the stream for the plain book."""
Peer = Callable[[Messages], tuple[float, End]]


def compare_with(name: str, peer: Peer, stream: NDArray[np.int32]) -> Row:
    """Measure the book beside a peer.

    Raises
    ------
    ArithmeticError
        The peer ends with other trades, volume, notional or best prices.
    """
    messages = stream.tolist()
    (_, end), (_, theirs) = compiled_book(stream), peer(messages)
    if theirs != end:
        raise ArithmeticError(f"{name} ends with {theirs}, unhedged with {end}")
    ours, values, bare = alternate(
        lambda: compiled_book(stream)[0],
        lambda: peer(messages)[0],
        lambda: bare_calls(messages),
    )
    return Row(
        what=f"book, {len(stream):,} messages",
        goal="20M messages/s",
        unit="messages/s",
        more_is_better=True,
        ours=ours,
        beside=name,
        theirs=values,
        note=f"{name} ends with the same {end.trades:,} trades, {end.volume:,} lots, notional, bid {end.best_bid:,} "
        f"and ask {end.best_ask:,}; Python alone makes {figure(median(bare))} such calls to nothing a second",
    )


def compare(messages: int = 1_000_000, plain: int = PLAIN_MESSAGES) -> Iterator[Row]:
    """Measure the book beside bourse, where it is installed, and beside the plain book on the first ``plain`` messages."""
    stream = common_stream(messages)
    try:
        yield compare_with(f"bourse {metadata.version('bourse')}", bourse_book, stream)
    except ModuleNotFoundError:
        print("bourse is not installed and left out: see benchmarks/README.md.", file=sys.stderr)
    yield compare_with("plain Python book", plain_book, stream[:plain])


if __name__ == "__main__":
    show(compare)
