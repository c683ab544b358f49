"""Both loops at once: of what is liquidated a part is sold into the book, the rest is closed by ADL, and its hedges are sold on spot.

    n = (1 - a) rho / D_p  +  a h phi beta rho / D_s          critical at 1

Longs stand at the same prices on two venues. On `hub` (a share 1 - a of the coins) they are sold into a book of equal bids; `bare` has
no bids and no fund, so its longs are closed against shorts, of which a share h hedges coins and sells those on spot. One maker keeps the
hub's book, takes away its top bids when spot falls, ``beta`` ticks for a tick, and shows one lot at the hub's price on `bare`, whose mark
that is. A small sale on the hub starts it. Below the boundary it dies out; above, everybody goes.

Source: the branching matrix of liquidations and hedge unwinds, [[(1 - a) rho / D_p, rho beta / D_s], [a h phi, 0]]: its largest
eigenvalue is 1 where n_LL + n_HL n_LH = 1. The set-up is ours.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from unhedged.lab import hedge_cascade as hedges
from unhedged.lab import linear_cascade as linear
from unhedged.lab.linear_cascade import FIRST, LOTS, PER_LEVEL, START, STEP, TICK
from unhedged.scenario.load import load
from unhedged.vocab.enums import Command, Side, TimeInForce

TICKS = range(FIRST, 410, STEP)
"""Ticks below the start at which accounts of each venue are liquidated."""
TOP = START // TICK - 1
"""Ticks of the first bid."""
STANDING, NAMES = 120, 190
"""Bids the maker keeps, and tags it names them by; price moves by fewer between two of its turns."""
ASK, BARE_BID, BARE_ASK = NAMES, NAMES + 1, NAMES + 2
MOST_FOLLOWED = 20
"""Bids it takes away in one turn; messages are limited."""
SALE = 200.0
"""Coins of the sale that starts it: twenty ticks, so that only what is all but critical reaches the last account."""
HUB, BARE, SPOT = 0, 1, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix:
    """A point on the surface: who closes what."""

    adl: float  # a, share of what is liquidated that ADL closes
    hedged: float  # h, share of ADL's counterparties that hedge; all of them sell, phi = 1
    passed: float  # beta, ticks the perpetual falls when spot falls one: a key of `FOLLOWS`

    def branching(self, density: float) -> float:
        """Return ``n_LL + n_HL n_LH`` at ``density``, coins liquidated per tick of fall."""
        return ((1.0 - self.adl) + self.adl * self.hedged * self.passed) * density / PER_LEVEL


MIXES = (
    Mix(adl=0.25, hedged=0.8, passed=1.0),
    Mix(adl=0.5, hedged=1.0, passed=0.5),
    Mix(adl=0.75, hedged=0.6, passed=1.0),
)


def follow_whole(seen: Any, me: Any, out: Any) -> int:
    """Keep the books, a tick lower for each tick that spot falls."""
    return keep_books(seen, me, out, 1.0)


def follow_half(seen: Any, me: Any, out: Any) -> int:
    """Keep the books, half a tick lower for each tick that spot falls."""
    return keep_books(seen, me, out, 0.5)


FOLLOWS = {1.0: "follow_whole", 0.5: "follow_half"}
"""Behaviours of the maker by beta."""


def keep_books(seen: Any, me: Any, out: Any, passed: float) -> int:
    """Keep the hub's bids, one a tick; take the top ones away as spot falls; show the hub's price on `bare`.

    Where the top should be follows from what it has bought and how far spot fell, so that a bid sold into while its cancel travels
    is not counted twice. It remembers how many bids it has placed.
    """
    state = me["state"]
    if state[0] > 0.0 and (seen["bid"][HUB] < 1 or seen["bid"][SPOT] < 1):
        return 0
    gone = max(0, TOP - int(seen["bid"][HUB])) if state[0] > 0.0 else 0
    eaten = seen["pos"][HUB] / (PER_LEVEL * LOTS)
    fell = max(0, TOP - int(seen["bid"][SPOT])) if seen["bid"][SPOT] > 0 else 0
    follow = max(0, min(int(eaten + passed * fell + 1e-6) - gone, MOST_FOLLOWED))
    n = 0
    for level in range(gone, gone + follow):
        out[n]["command"], out[n]["leg"], out[n]["tag"] = Command.CANCEL, HUB, level % NAMES
        n += 1
    gone += follow
    while state[0] < gone + STANDING and n < len(out) - 3:
        level = int(state[0])
        n = _quote(out, n, HUB, Side.BUY, TOP - level, int(PER_LEVEL * LOTS), level % NAMES)
        state[0] += 1
    n = _quote(out, n, HUB, Side.SELL, TOP - gone + 1, 1, ASK)
    n = _quote(out, n, BARE, Side.BUY, TOP - gone, 1, BARE_BID)
    return _quote(out, n, BARE, Side.SELL, TOP - gone + 1, 1, BARE_ASK)


def _quote(out: Any, n: int, leg: int, side: Side, px: int, qty: int, tag: int) -> int:
    out[n]["command"], out[n]["side"], out[n]["force"] = Command.LIMIT, side, TimeInForce.GTC
    out[n]["px"], out[n]["qty"], out[n]["leg"], out[n]["tag"] = px, qty, leg, tag
    return n + 1


def short_sale(seen: Any, me: Any, out: Any) -> int:
    """Sell a tick of the hub's book a turn, once it stands, until `SALE` coins are sold."""
    if seen["t"] < linear.BOOK_STANDS or me["state"][0] >= SALE:
        return 0
    me["state"][0] += PER_LEVEL
    out[0]["command"], out[0]["side"] = Command.MARKET, Side.SELL
    out[0]["qty"], out[0]["leg"], out[0]["tag"] = int(PER_LEVEL * LOTS), 0, -1
    return 1


def scenario(mix: Mix, density: float) -> dict[str, Any]:
    """Return the market in which each tick of fall liquidates ``density`` coins, over both venues."""
    made = hedges.scenario(mix.hedged, 1.0)
    book, seller = made["agent"][:2]
    against = {**linear.scenario(1.0)["agent"][2], "id": "hub-shorts"}
    here = "unhedged.lab.mixed_cascade"
    maker = {
        **book, "id": "maker", "behaviour": f"{here}:{FOLLOWS[mix.passed]}", "instruments": ["hub/BTC-PERP", "bare/BTC-PERP", "spot/BTC"],
        "period": "50ms", "orders": NAMES + 3, "data_latency": "1ms",
    }  # fmt: skip
    seller = {**seller, "behaviour": f"{here}:short_sale", "instruments": "hub/BTC-PERP"}
    other = [_on_bare(block) for block in made["agent"] if block["id"] in ("desk", "shorts")]
    hub, bare = made["instrument"][0], {**made["instrument"][0], "id": "bare/BTC-PERP"}
    coins = density * STEP * len(TICKS) * START
    hub, bare = (
        {**block, "open_interest": f"${round(coins * share)}"}
        for block, share in ((hub, 1.0 - mix.adl), (bare, mix.adl))
    )
    mark = {"form": "mid", "interval": "100ms"}
    rich, poor, spot = made["venue"][0], {**made["venue"][0], "id": "bare"}, made["venue"][1]
    return {
        **made,
        "name": "mixed-cascade",
        "run": {"duration": "4m", "replicates": 1, "record_every": "1s"},
        "venue": [{**rich, "mark": mark, "fund": {"start": "$1bn"}}, {**poor, "mark": mark}, spot],
        "instrument": [hub, bare, made["instrument"][1]],
        "agent": [maker, book, seller, *_longs(), *other, against],
    }


def _on_bare(block: dict[str, Any]) -> dict[str, Any]:
    key = "short" if block["kind"] == "basis_desk" else "instruments"
    return {**block, key: "bare/BTC-PERP"}


def _longs() -> list[dict[str, Any]]:
    blocks = [linear.account(tick, 1 / len(TICKS)) for tick in TICKS]
    return [
        {**block, "id": f"{venue}-{block['id']}", "instruments": f"{venue}/BTC-PERP"}
        for venue in ("hub", "bare")
        for block in blocks
    ]


def everybody_goes(mix: Mix, density: float) -> bool:
    """Run the market and return whether its price fell past the last account."""
    from unhedged.engine.run import run_replicate  # noqa: PLC0415 - compiles kernels

    series = run_replicate(load(scenario(mix, density)).plan(), 0).tables["series"]
    hub = series.filter(series["instrument"] == "hub/BTC-PERP")
    return bool(hub["mark"][-1] <= START - TICKS[-1] * TICK)


def boundary(
    mix: Mix,
    steps: int = 4,
    bounds: tuple[float, float] = (0.7, 1.3),
    tick: Callable[[], None] = lambda: None,
) -> float:
    """Return the branching number at which the cascade of ``mix`` begins to take everybody; the formula says 1.

    Parameters
    ----------
    mix : Mix
        Who closes what.
    steps : int
        How often the range is halved; what is returned is exact to half of what is left of it.
    bounds : tuple of float
        The range searched. Where everybody goes at its lower end already, or not at its upper, that end is returned.
    tick : callable
        Called after each run, ``steps + 2`` times in all.
    """

    def goes(branching: float) -> bool:
        found = everybody_goes(mix, branching / mix.branching(1.0))
        tick()
        return found

    low, high = bounds
    ends = goes(low), goes(high)
    for _ in range(steps):
        middle = (low + high) / 2.0
        if goes(middle):
            high = middle
        else:
            low = middle
    if ends == (False, True):
        return (low + high) / 2.0
    return bounds[0] if ends[0] else bounds[1]
