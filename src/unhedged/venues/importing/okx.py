"""OKX: ``GET /api/v5/public/position-tiers`` of perpetual swaps, with ``public/instruments`` for the size of a contract.

Limits are numbers of contracts, so floors are kept in coins; a scenario turns them into dollars at the start price of its asset.
The venue publishes no deduction: a tier's rate is read as holding for the whole position, so that margin jumps at a tier's edge.
That reading is inferred and unverified. A size that equals a tier's end belongs to that tier at OKX and to the next one here.
"""

from decimal import Decimal
from itertools import pairwise

from unhedged.venues.importing.parts import AGAIN, Part, shown
from unhedged.venues.importing.schedule import Found, Schedule, Tier, check, pointing
from unhedged.vocab.errors import InconsistentRules, ScenarioError

TITLE = "OKX position-tiers"

DOLLARS = ("USDT", "USDC", "USD")
"""Currencies that count as dollars."""

COLUMNS = {
    "floor": "minSz",
    "cap": "maxSz",
    "maintenance": "mmr",
    "initial": "imr",
    "leverage": "maxLever",
}


def read(top: Part, instruments: Part | None) -> Found:
    """Return the tiers, tick and lot size of every linear swap of the answer.

    Parameters
    ----------
    top : Part
        ``position-tiers``.
    instruments : Part
        ``public/instruments`` with ``instType=SWAP``.
    """
    if instruments is None:
        raise ScenarioError(
            "position-tiers counts contracts; only public/instruments says how many coins one is.",
            file=top.file,
            hint="--instruments FILE, saved from GET /api/v5/public/instruments?instType=SWAP",
        )
    swaps = _swaps(instruments)
    families: dict[str, list[Part]] = {}
    for row in _data(top):
        name = _family(row)
        rows = families.setdefault(name, [])
        rows.append(Part(row.value, row.file, (name, "tiers", len(rows))))
    found = Found()
    for family, rows in families.items():
        swap = swaps.get(family)
        if swap is None:
            raise rows[0].refuse(
                f"{instruments.file} has no swap of {family}.",
                hint="Save public/instruments?instType=SWAP of the same day.",
            )
        why = _useless(swap)
        schedule = _schedule(swap, rows)
        if why:
            found.leave_out(schedule.name, why, rows[0])
        else:
            found.add(schedule, rows[0])
    return found


def _family(row: Part) -> str:
    # Older answers have uly alone; those of spot margin have neither, and count coins.
    for key in ("instFamily", "uly"):
        part = row.maybe(key)
        if part is not None and part.value != "":
            return part.name()
    raise row.refuse(
        "It has no instFamily: it is no tier of a swap.",
        hint="Ask with instType=SWAP and instFamily=….",
    )


def _data(top: Part) -> list[Part]:
    code = top.at("code")
    if code.number() != 0:
        words = shown(top.value.get("msg"))
        raise code.refuse(f"The venue answered with an error: {words}.", hint=AGAIN)
    return list(top.at("data").items())


def _swaps(instruments: Part) -> dict[str, Part]:
    swaps: dict[str, Part] = {}
    for entry in _data(instruments):
        if entry.at("instType").text() != "SWAP":
            continue
        own = entry.named(entry.at("instId").name())
        family = own.at("instFamily").name()
        if family in swaps:
            raise own.refuse(f"There are two swaps of {family}.", kind=InconsistentRules)
        swaps[family] = own
    return swaps


def _useless(swap: Part) -> str:
    if swap.at("ctType").text() != "linear":
        return "it is no linear contract"
    currency = swap.at("settleCcy").text()
    return "" if currency in DOLLARS else f"its margin is in {shown(currency)}, not in dollars"


def _schedule(swap: Part, rows: list[Part]) -> Schedule:
    coins = swap.at("ctVal").size() * swap.at("ctMult").size()
    for low, high in pairwise(rows):
        end, start = low.at("maxSz").number(), high.at("minSz")
        if not 0 <= start.number() - end <= 1:  # tiers count whole contracts: 1000, then 1001
            word = "leave a gap" if end < start.number() else "overlap"
            raise start.refuse(
                f"Tiers {word}: one ends at {end}, the next begins at {start.number()}.",
                kind=InconsistentRules,
            )
    floors = [rows[0].at("minSz").number(), *(row.at("maxSz").number() for row in rows[:-1])]
    schedule = Schedule(
        name=swap.at("instId").name(),
        tiers=tuple(
            Tier(
                floor=floor * coins,
                mm_ppb=row.at("mmr").ppb(),
                leverage=row.at("maxLever").number(),
                im_ppb=row.at("imr").ppb(),
                deduct=Decimal(0),
            )
            for floor, row in zip(floors, rows, strict=True)
        ),
        largest=rows[-1].at("maxSz").number() * coins,
        in_coins=True,
        whole=True,
        tick_size=swap.at("tickSz").size(),
        lot_size=swap.at("lotSz").size() * coins,
        remark="floors in coins, rate of the whole position",
        untraded=swap.other_than("state", "live"),
    )
    return check(schedule, pointing(rows, COLUMNS))
