"""Names of things, stable across scenarios, and the keys of random streams made from them.

========  =====================  ===================================
id        example                made of
========  =====================  ===================================
asset     ``BTC``                as written
venue     ``binance``            as written
instr.    ``binance/BTC-PERP``   venue ``/`` symbol
agent     ``maker.3``            group ``.`` number from 0
account   ``maker.3@binance``    agent ``@`` venue
========  =====================  ===================================

Agents are keyed by name, not by position, so that adding one shifts no other's random numbers.
"""

import hashlib
import re
from typing import NewType

AssetId = NewType("AssetId", str)
VenueId = NewType("VenueId", str)
InstrumentId = NewType("InstrumentId", str)
AgentKey = NewType("AgentKey", str)
AccountKey = NewType("AccountKey", str)

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
"""What an asset, venue, symbol or agent group may be called."""
MOST_REPLICATES = 1_000_000
"""Replicates a run may have. Each is a folder of files: more belong into several runs with seeds of their own."""
MOST_SEED = 2**63 - 1


AGENT_FORM = "{}.{}"
"""An agent's key, of group and number."""
ACCOUNT_FORM = "{}@{}"
"""An account's key, of agent and venue."""


def is_name(text: str) -> bool:
    """Return whether ``text`` can name an asset, a venue, a symbol or a group of agents."""
    return NAME.fullmatch(text) is not None


def instrument_id(venue: str, symbol: str) -> InstrumentId:
    """Return the id of ``symbol`` at ``venue``."""
    return InstrumentId(f"{venue}/{symbol}")


def split_instrument(instrument: str) -> tuple[VenueId, str]:
    """Return venue and symbol of an instrument id; the venue is empty when none is named."""
    venue, slash, symbol = instrument.partition("/")
    return (VenueId(venue), symbol) if slash else (VenueId(""), venue)


def agent_key(group: str, number: int) -> AgentKey:
    """Return the key of agent ``number`` (from 0) of ``group``."""
    return AgentKey(AGENT_FORM.format(group, number))


def account_key(agent: str, venue: str) -> AccountKey:
    """Return the key of the account of ``agent`` at ``venue``."""
    return AccountKey(ACCOUNT_FORM.format(agent, venue))


def key_hash(key: str) -> int:
    """Return 64 bits that identify ``key`` in random streams.

    Returns
    -------
    int
        The first eight bytes, big-endian, of the SHA-256 of the UTF-8 text; 0 <= result < 2**64. Part of the results
        contract: changing it changes every run.
    """
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big")
