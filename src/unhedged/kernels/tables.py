"""Every table of the compiled world and how kernels reach it; the columns are declared in `kernels.layout`.

    venue ─< instrument ─< book side ─< level ─< order >─ position >─ account >─ owner
                                                             │
                                                          trigger          (one per position, then stops and take-profits)

One record, the ``World``, holds the address and the row count of each table and the counters of the run. Rows are reached
with the accessors below: ``order(w, i).qty``.
"""

from typing import Any

import numpy as np
from numba import from_dtype

from unhedged.kernels.compiled import accessor, address_of, name_type, record_at
from unhedged.kernels.layout.accounts import ACCOUNT, BUCKET, POSITION, TOTAL, TRIGGER
from unhedged.kernels.layout.agents import AGENT, MESSAGE, OBSERVATION, PARAMETER, TAG
from unhedged.kernels.layout.books import BOOK, FAR, FAR_HASH, LEVEL, ORDER, WORD
from unhedged.kernels.layout.cases import CASE, STANDING, WINNER
from unhedged.kernels.layout.columns import columns
from unhedged.kernels.layout.events import EVENT, HEAP, SLOT, SOON, TAKEN
from unhedged.kernels.layout.market import (
    ASSET,
    COLLATERAL,
    FEED,
    HAIRCUT,
    INSTRUMENT,
    NEWS,
    OUTAGE,
    QUOTE,
    SOURCE,
    TIER,
    VENUE,
)
from unhedged.kernels.layout.rows import DESK, FILL, FORCED, RISK, SERIES, TRANSFER

TABLES: dict[str, np.dtype[Any]] = {
    "venue": VENUE, "instrument": INSTRUMENT, "asset": ASSET, "source": SOURCE, "tier": TIER, "account": ACCOUNT,
    "total": TOTAL, "position": POSITION, "holder": np.dtype([("position", "i4")]), "trigger": TRIGGER, "bucket": BUCKET,
    "order": ORDER, "book": BOOK, "level": LEVEL, "far": FAR, "far_hash": FAR_HASH, "word": WORD, "event": EVENT,
    "slot": SLOT, "taken": TAKEN, "soon": SOON, "heap": HEAP, "message": MESSAGE, "tag": TAG, "agent": AGENT, "parameter": PARAMETER, "quote": QUOTE,
    "feed": FEED, "observation": OBSERVATION, "out": MESSAGE, "case": CASE, "winner": WINNER, "standing": STANDING,
    "changed": np.dtype([("account", "i4")]), "transfer": TRANSFER,
    "forced": FORCED, "fill": FILL, "series": SERIES, "desk": DESK, "news": NEWS, "outage": OUTAGE, "basis": np.dtype([("milli", "i8")]),
    "touched": np.dtype([("account", "i4")]), "fired": np.dtype([("trigger", "i4")]),
    "collateral": COLLATERAL, "haircut": HAIRCUT, "tally": np.dtype([("events", "i8")]), "risk": RISK,
}  # fmt: skip
"""Tables by name; the order is the order of addresses in the World."""

COUNTERS = columns(
    now=("i8", "ns"),
    end=("i8", "ns, end of simulated time"),
    sequence=("i8", "events inserted"),
    events=("i8", "events handled"),
    summed_at=("i8", "events handled when cash and positions were summed last"),
    doing=("i8", "what the loop is at, `work.Work`"),
    pending=("i8", "events waiting"),
    wheel_cursor=("i8", "wheel slot being read, absolute"),
    slot_tail=("i8", "last event of the cursor's slot, -1 for none"),
    heap_size=("i8", "events beyond the wheel"),
    soon_slot=("i8", "latest wheel slot looked at ahead of the cursor, absolute"),
    soon_events=("i8", "events put into the ring since the start"),
    soon_seen=("i8", "events of it looked at"),
    soon_turns=("i8", "turns put into the ring since the start"),
    soon_messages=("i8", "messages put into the ring since the start"),
    recent_event=(
        "i8",
        "1 + row of the event put into the cursor's slot last, 0 once it is handled",
    ),
    free_event=("i8", "first free row"),
    free_order=("i8", "first free row"),
    free_message=("i8", "first free row"),
    free_far=("i8", "first free row"),
    free_case=("i8", "first free row"),
    used_events=("i8", "rows in use"),
    used_orders=("i8", "rows in use"),
    used_messages=("i8", "rows in use"),
    used_far=("i8", "rows in use"),
    used_cases=("i8", "rows in use"),
    triggers_used=("i8", "rows in use; stop orders append"),
    free_trigger=("i8", "first free row of stop triggers, -1 for none"),
    transfers_kept=("i8", "rows in the buffer"),
    forced_kept=("i8", "rows in the buffer"),
    fills_kept=("i8", "rows in the buffer"),
    series_kept=("i8", "rows in the buffer"),
    desks_kept=("i8", "rows in the buffer"),
    risk_kept=("i8", "rows in the buffer"),
    next_risk=("i8", "ns, when the map of liquidation prices is due"),
    touched_kept=("i8", "accounts that need a top-up or a liquidation after a mark update"),
    fired_kept=("i8", "stops and other triggers the latest marks touched"),
    first_dirty=("i8", "head of the list of accounts changed by fills, -1 for none"),
    trades=("i8", "since the start"),
    messages=("i8", "arrived since the start"),
    rejects=("i8", "since the start"),
    cases=("i8", "cases of any kind opened since the start; the number of the next"),
    liquidations=("i8", "cases of traders opened since the start"),
    adl_closes=("i8", "winners closed since the start"),
    changed_at=("i8", "1 + ns of the instant whose changed accounts are noted, 0 for none"),
    changes=("i8", "accounts noted in it, those without a row included"),
    listing=("i8", "how often those who stand first were forgotten"),
    rankings=("i8", "rankings that looked at those who stand first alone"),
    margin_checks=("i8", "accounts evaluated since the start"),
    keep_fills=("i8", "1 keeps every fill, 0 those of kept accounts"),
    record_interval=("i8", "ns"),
    settlements=("i8", "settlement assets in use"),
    news_rows=("i8", "rows of `news` in use"),
    outage_rows=("i8", "rows of `outage` in use"),
    adl_waiting=("i8", "1 when a case waits for a policy outside the loop"),
    spare=("i8", "rows every pool and buffer must have free before an event is handled"),
    seed=("u8", "of the run"),
    replicate=("u8", "of the run"),
    result=("i8", "where an entry leaves its answer"),
    breach=("i8", "InvariantError code, 0 for none"),
    waiting=("i8", "agent or case that Python must serve"),
    reject=("i8", "Reject of the latest message"),
    mid_met=("i8", "milli-ticks, mid of the book an order trades in when it arrived"),
    state_hash=("u8", "rolling hash of book events"),
    rounding_drift=("i8", "checked build: sum of cash over all accounts, always 0"),
)

_world_fields: list[tuple[str, str]] = []
for _name in TABLES:
    _world_fields += [(_name, "i8"), ("n_" + _name, "i8")]
for _name in COUNTERS.names or ():
    _world_fields.append((_name, COUNTERS[_name].str[1:]))
WORLD = np.dtype(_world_fields, align=True)
"""The record kernels receive: addresses, row counts, counters."""

name_type("World", from_dtype(WORLD))
for _name, _dtype in TABLES.items():
    name_type(_name.title().replace("_", ""), from_dtype(_dtype))

world = record_at(WORLD)
venue = accessor("venue", VENUE)
instrument = accessor("instrument", INSTRUMENT)
asset = accessor("asset", ASSET)
source = accessor("source", SOURCE)
tier = accessor("tier", TIER)
account = accessor("account", ACCOUNT)
total = accessor("total", TOTAL)
position = accessor("position", POSITION)
holder = accessor("holder", TABLES["holder"])
trigger = accessor("trigger", TRIGGER)
bucket = accessor("bucket", BUCKET)
order = accessor("order", ORDER)
book = accessor("book", BOOK)
level = accessor("level", LEVEL)
far = accessor("far", FAR)
far_hash = accessor("far_hash", FAR_HASH)
word = accessor("word", WORD)
event = accessor("event", EVENT)
slot = accessor("slot", SLOT)
taken = accessor("taken", TAKEN)
soon = accessor("soon", SOON)
heap = accessor("heap", HEAP)
message = accessor("message", MESSAGE)
tag = accessor("tag", TAG)
agent = accessor("agent", AGENT)
parameter = accessor("parameter", PARAMETER)
quote = accessor("quote", QUOTE)
feed = accessor("feed", FEED)
observation = accessor("observation", OBSERVATION)
out = accessor("out", MESSAGE)
case = accessor("case", CASE)
winner = accessor("winner", WINNER)
standing = accessor("standing", STANDING)
changed = accessor("changed", TABLES["changed"])
transfer = accessor("transfer", TRANSFER)
forced = accessor("forced", FORCED)
fill = accessor("fill", FILL)
series = accessor("series", SERIES)
desk = accessor("desk", DESK)
news = accessor("news", NEWS)
outage = accessor("outage", OUTAGE)
basis = accessor("basis", TABLES["basis"])
touched = accessor("touched", TABLES["touched"])
fired = accessor("fired", TABLES["fired"])
collateral = accessor("collateral", COLLATERAL)
haircut = accessor("haircut", HAIRCUT)
tally = accessor("tally", TABLES["tally"])
risk_map = accessor("risk", RISK)

as_observation = record_at(OBSERVATION)
as_agent = record_at(AGENT)
as_message = record_at(MESSAGE)
as_winner = record_at(WINNER)
as_parameter = record_at(PARAMETER)
address_of_observation = address_of(OBSERVATION)
address_of_agent = address_of(AGENT)
address_of_message = address_of(MESSAGE)
address_of_winner = address_of(WINNER)
