"""Keys of random streams: who draws, for what, in which run.

A stream is named, not numbered: adding, removing or reordering agents moves no other agent's draws, and two runs that
differ in one policy meet the same luck everywhere else (common random numbers).
"""

from enum import IntEnum

from unhedged.vocab.ids import key_hash

MOST_LAYERS = 16
"""Layers that the pace of an asset's news may have: so many draws of its stream are kept for one step."""


class Purpose(IntEnum):
    """What a stream is for: one name owns one stream per purpose."""

    TURN = 0  # decisions and latencies while the run goes on
    START = 1  # what is given to a member of a group before the run begins
    VALUE = 2  # fundamental value


def stream_key(
    seed: int, replicate: int, name: str, *, purpose: Purpose | int = Purpose.TURN
) -> int:
    """Return the 64-bit key of a random stream.

    Parameters
    ----------
    seed : int
        Of the run.
    replicate : int
        Number of the replicate, from 0.
    name : str
        Who draws: an agent (``maker.3``), an asset (``asset/BTC``). Any text.
    purpose : Purpose
        Streams of one name for different purposes share no draw.

    Returns
    -------
    int
        0 <= key < 2**64, `key_hash` of ``seed/replicate/purpose/name``. The three numbers hold no slash, so different
        arguments never make the same text. Part of the results contract: changing it changes every run.

    Notes
    -----
    Two of 10⁷ streams share a key with probability 3 in a million.
    """
    return key_hash(f"{int(seed)}/{int(replicate)}/{int(purpose)}/{name}")
