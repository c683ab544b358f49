"""A moment of rolled account states: who holds what, at which cost, and what each account is worth."""

from dataclasses import dataclass

import numpy as np

from unhedged.replay.archive.numbers import ATOM_DECIMALS, Whole
from unhedged.replay.archive.roll import UNKNOWN, Rolled


@dataclass(frozen=True, slots=True, kw_only=True)
class Holders:
    """Positions of one coin at one moment; arrays of one length."""

    account: Whole
    lots: Whole  # signed, never zero
    cost: Whole  # signed like lots, atoms, or UNKNOWN


class States:
    """States of a rolled archive, read off at any fill.

    Parameters
    ----------
    rolled : Rolled
        Fills and running sums.
    moves : tuple of arrays, optional
        Account, atoms and block of cash that moved otherwise: funding, deposits.
    """

    def __init__(self, rolled: Rolled, moves: tuple[Whole, Whole, Whole] | None = None) -> None:
        self.rolled = rolled
        fills, count = rolled.fills, len(rolled.fills)
        # Pair and place in one number, ascending: where a pair stands at a fill is one search.
        pair = np.repeat(np.arange(len(rolled.pairs)), np.diff(rolled.first))
        self._span = count + 1
        self._keys = pair * self._span + rolled.order
        account, cash, at = fills.account, fills.pnl - fills.fee, np.arange(count)
        if moves is not None:
            account = np.concatenate([account, moves[0]])
            cash = np.concatenate([cash, moves[1]])
            at = np.concatenate([at, np.searchsorted(fills.block, moves[2])])
        order = np.lexsort((at, account))
        self._cash = np.concatenate([[0], np.cumsum(cash[order])])
        self._cash_keys = account[order] * self._span + at[order]

    def holders(self, coin: int, at: int) -> Holders:
        """Return who holds a coin before fill ``at``."""
        accounts = len(self.rolled.names.accounts)
        low, high = np.searchsorted(self.rolled.pairs, [coin * accounts, (coin + 1) * accounts])
        lots, cost = self._pairs(np.arange(low, high), at)
        open_ = lots != 0
        account = self.rolled.pairs[low:high] - coin * accounts
        return Holders(account=account[open_], lots=lots[open_], cost=cost[open_])

    def _pairs(self, pairs: Whole, at: int) -> tuple[Whole, Whole]:
        rolled, fills = self.rolled, self.rolled.fills
        last = np.searchsorted(self._keys, pairs * self._span + at) - 1
        moved = last >= rolled.first[pairs]
        lots, cost = rolled.position0[pairs], rolled.cost0[pairs]
        place = last[moved]
        fill = rolled.order[place]
        lots[moved] = fills.start[fill] + fills.lots[fill]
        known = cost != UNKNOWN
        cost[moved & known] += rolled.cost[last[moved & known]]
        cost[lots == 0] = 0
        return lots, cost

    def wallets(self, at: int) -> Whole:
        """Return each account's wallet before fill ``at``: cash without unrealised profit, atoms, or UNKNOWN."""
        accounts = np.arange(len(self.rolled.names.accounts))
        upto = np.searchsorted(self._cash_keys, accounts * self._span + at)
        begin = np.searchsorted(self._cash_keys, accounts * self._span)
        wallet = self.rolled.wallet0
        return np.where(wallet == UNKNOWN, UNKNOWN, wallet + self._cash[upto] - self._cash[begin])

    def equities(self, at: int, ticks: Whole) -> Whole:
        """Return each account's equity before fill ``at``, atoms, or UNKNOWN.

        Parameters
        ----------
        at : int
            Place of a fill.
        ticks : array of int64, shape (coins,)
            Price of each coin, its own ticks; -1 where none is known: accounts that hold it are UNKNOWN.
        """
        rolled = self.rolled
        accounts = len(rolled.names.accounts)
        coin, account = np.divmod(rolled.pairs, accounts)
        lots, cost = self._pairs(np.arange(len(rolled.pairs)), at)
        held = lots != 0
        coin, account, lots, cost = coin[held], account[held], lots[held], cost[held]
        unrealised = worth(rolled, coin, lots, ticks[coin]) - cost
        equity = self.wallets(at)
        unknown = (cost == UNKNOWN) | (ticks[coin] < 0)
        total = np.zeros(accounts, np.int64)
        np.add.at(total, account, np.where(unknown, 0, unrealised))
        equity = np.where(equity == UNKNOWN, UNKNOWN, equity + total)
        equity[account[unknown]] = UNKNOWN
        return equity

    def notionals(self, at: int, ticks: Whole) -> Whole:
        """Return the value at given prices of all each account holds before fill ``at``, longs and shorts added, atoms.

        Arguments as of `equities`; a coin without a price counts nothing.
        """
        accounts = len(self.rolled.names.accounts)
        coin, account = np.divmod(self.rolled.pairs, accounts)
        lots, _ = self._pairs(np.arange(len(self.rolled.pairs)), at)
        total = np.zeros(accounts, np.int64)
        np.add.at(total, account, np.abs(worth(self.rolled, coin, lots, ticks[coin])))
        return total


def worth(rolled: Rolled, coin: Whole, lots: Whole, ticks: Whole) -> Whole:
    """Return the value of positions at given prices, signed like lots, atoms.

    Cut to whole atoms where lot and tick have more than six decimals together.
    """
    places = rolled.names.lot_places[coin] + rolled.names.tick_places[coin]
    shift = ATOM_DECIMALS - places
    up = np.power(10, np.maximum(shift, 0), dtype=np.int64)
    down = np.power(10, np.maximum(-shift, 0), dtype=np.int64)
    signed: Whole = np.sign(lots) * (np.abs(lots) * np.maximum(ticks, 0) * up // down)
    return signed
