"""The settlement `transfer`: winners keep their positions and pay cash, the policies' haircuts as amounts.

The papers haircut profits without closing anything: the fund takes the bankrupt lots at mark and winners pay what is missing. Here
each policy says who pays how many atoms; they sum exactly to the loss, or to all endowments together when those are less.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from unhedged.adl.claims import (
    Winners,
    account_leverage,
    account_profit,
    equity,
    leverage,
    profit,
    spare,
    ties,
)
from unhedged.adl.contract import allocation_of, fresh
from unhedged.adl.hedge_aware import hedged_lots
from unhedged.adl.projection import VectorMirrorDescent, project
from unhedged.adl.severity import SeverityControl
from unhedged.adl.shares import Integers, Numbers, parts_of, share_out
from unhedged.vocab.errors import UnknownKind
from unhedged.vocab.registry import known, pick

Transfer = Callable[[Winners, int], Integers]
"""``f(winners, atoms) -> atoms per winner``."""
Column = Callable[[Winners], Numbers]

SHARES: Mapping[str, tuple[Column, Callable[[Winners], Integers]]] = {
    "contract-pro-rata-v1": (lambda w: w["qty"], profit),
    "profit-pro-rata-v1": (profit, profit),
    "equity-pro-rata-v1": (equity, equity),
    "leverage-pro-rata-v1": (lambda w: leverage(w) * profit(w), profit),
    "capped-pro-rata-v1": (profit, spare),
    "risk-aware-v1": (lambda w: account_leverage(w) * profit(w), spare),
    "global-haircut-v1": (account_profit, account_profit),
    "min-max-v1": (equity, equity),
}
"""Policies that share: what each pays in proportion to, and the most it pays. An atom is so small that min-max is a share."""


def transfer_of(choice: Any = None, *, key: int = 0, draw: int = 0) -> Transfer:
    """Return the haircuts of a policy as amounts: ``f(winners, atoms) -> int64 atoms per winner``.

    Parameters
    ----------
    choice, key, draw
        As in `contract.allocation_of`. A queue, a walk or any other allocation takes whole endowments in its order: it is asked with
        profits in place of lots.

    Returns
    -------
    callable
        Amounts from 0 to the endowment of each (profit; equity, the profit of the account or what leaves the maintenance margin where
        the policy says so). They sum to the smaller of the loss and the endowments; under a severity below one to that part of it,
        rounded down, and the rest stays with the fund.

    Raises
    ------
    UnknownKind
        A registered policy of lots that has no haircuts: the published fallback counts whole contracts.
    """
    policy = fresh(pick("adl", choice))
    if isinstance(choice, str) and choice in SHARES:
        weights, most = SHARES[choice]
        return lambda winners, atoms: _shared(winners, atoms, weights(winners), most(winners))
    if choice == "hedge-aware-v1":
        return _unhedged_first
    if isinstance(policy, SeverityControl):
        return _of_severity(policy)
    if isinstance(policy, VectorMirrorDescent):
        return _projected
    if choice == "min-max-published-v1":
        raise UnknownKind.of("settlement by transfer", choice, set(known("adl")) - {choice})
    return _with_profits_for_lots(allocation_of(choice, key=key, draw=draw))


def _shared(winners: Winners, atoms: int, weights: Numbers, most: Integers) -> Integers:
    return share_out(atoms, weights, most, ties(winners))


def _unhedged_first(winners: Winners, atoms: int) -> Integers:
    # The profit on unhedged lots first, then that on hedged ones.
    gain = profit(winners)
    hedged = parts_of(gain, hedged_lots(winners), np.ascontiguousarray(winners["qty"]))
    paid = np.zeros(len(winners), np.int64)
    for part in (gain - hedged, hedged):
        paid += _shared(winners, atoms - int(paid.sum()), part, part)
    return paid


def _of_severity(control: SeverityControl) -> Transfer:
    def pay(winners: Winners, atoms: int) -> Integers:
        gain = profit(winners)
        severity = min(1.0, control.next_severity(float(gain.max(initial=0)), float(atoms)))
        return _shared(winners, min(atoms, int(severity * atoms)), gain, gain)

    return pay


def _projected(winners: Winners, atoms: int) -> Integers:
    # Without a memory: the haircuts nearest to none at all that meet the loss.
    gain = profit(winners)
    wide = gain.astype(np.float64)
    haircuts = project(np.zeros(len(gain)), wide, float(atoms))
    return _shared(winners, atoms, haircuts * wide, gain)


def _with_profits_for_lots(allocation: Callable[[Winners, int], Integers]) -> Transfer:
    def pay(winners: Winners, atoms: int) -> Integers:
        gain = profit(winners)
        rows = np.flatnonzero(gain)
        paid = np.zeros(len(winners), np.int64)
        if len(rows) and atoms > 0:
            asked = winners[rows]
            asked["qty"] = gain[rows]
            paid[rows] = allocation(asked, min(atoms, int(gain.sum())))
        return paid

    return pay
