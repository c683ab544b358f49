"""The plain twin of a small market: its accounts and contracts as objects, a book that is a list."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.support.market import Market
from tests.support.plain_world import coins_of, contract_of, portfolio_of, rulebook_of

from unhedged.reference.clearing import Clearing
from unhedged.reference.deleveraging import Steps
from unhedged.reference.ledger import SHORT_LEG, Account, Contract, Holding, Ledger, contract_number
from unhedged.rules import adl_score, fees
from unhedged.vocab.enums import AccountKind, EntryReason, Side

PLAIN: dict[str, Callable[[dict[str, int]], float]] = {
    "binance-v1": lambda x: adl_score.score_binance(
        x["unrealised"], x["wallet"], x["equity"], x["maintenance"]
    ),
    "bitmex-v1": lambda x: adl_score.score_bitmex(
        x["sign"] * x["notional"], x["sign"] * x["cost"], x["sign"] * x["notional"] - x["equity"]
    ),
    "okx-v1": lambda x: adl_score.score_okx(
        x["unrealised"], max(1, x["cost"]), max(1, x["equity"]) / max(1, x["maintenance"])
    ),
    "hyperliquid-observed-v1": lambda x: adl_score.score_hyperliquid_observed(
        x["notional"], x["equity"], x["unrealised"], x["cost"]
    ),
    "hyperliquid-documented-v1": lambda x: adl_score.score_hyperliquid_documented(
        x["side"], x["notional"], x["cost"], x["equity"]
    ),
    "hyperliquid-documented-literal-v1": lambda x: adl_score.score_hyperliquid_documented_literal(
        x["notional"], x["cost"], x["equity"]
    ),
}


@dataclass(slots=True)
class Resting:
    """An order in the book; the older of two at one price stands first in the list."""

    account: Account
    i: int
    side: Side
    px: int
    qty: int
    reduce_only: bool


class PlainMarket:
    """Price, then time; the venue's orders do not stop at the owner's own."""

    def __init__(self, market: Market, score: Callable[[dict[str, int]], float]) -> None:
        venue = market.memory["venue"][0]
        self.fees = (int(venue["maker_fee_ppb"]), int(venue["taker_fee_ppb"]))
        self.books = market.count - market.coins
        contracts = [contract_of(market.memory, i) for i in range(self.books)]
        coins = coins_of(market.memory, venue, lambda i: contract_of(market.memory, i))
        accounts = [self.account(market, row) for row in range(len(market.memory["account"]))]
        self.orders: list[Resting] = []
        self.clearing = Clearing(
            Ledger(contracts, accounts, coins=coins, portfolio=portfolio_of(venue)),
            rulebook_of(venue, score),
            self.take,
            self.cancel,
            self.sure,
            sell_coin=self.sell_coin,
        )

    @staticmethod
    def account(market: Market, row: int) -> Account:
        given = market.account(row)
        account = Account(
            row=row,
            owner=int(given["owner"]),
            kind=AccountKind(int(given["kind"])),
            cash=int(given["cash"]),
            portfolio=bool(given["portfolio"]),
            exempt=bool(given["exempt"]),
            session=int(market.memory["total"]["session"][row]),
        )
        legs = 2 if market.hedge and account.kind == AccountKind.TRADER else 1
        contracts = market.count - market.coins
        for slot, (i, short) in enumerate((i, s) for i in range(contracts) for s in range(legs)):
            p = market.position(row, i, short)
            account.slot[i + short * SHORT_LEG] = slot
            account.holdings[i + short * SHORT_LEG] = Holding(int(p["pos"]), int(p["cost"]))
        for k in range(market.coins):
            p = market.position(row, contracts + k)
            account.coins[k] = Holding(int(p["pos"]), int(p["cost"]))
        return account

    def end_session(self, t: int) -> None:
        """Let the session end at ``t``, after what waits already in that instant."""

        def step() -> Steps:
            self.clearing.end_session()
            yield from ()

        self.clearing.schedule(t, step())

    # ---- the book

    def order(
        self, row: int, i: int, side: int, px: int, qty: int, reduce_only: bool = False
    ) -> None:
        account = self.clearing.ledger.accounts[row]
        self.orders.append(Resting(account, i, Side(side), px, qty, reduce_only))

    def would_cross(self, i: int, side: int, px: int) -> bool:
        sign = 1 if side == Side.BUY else -1
        return any(
            contract_number(o.i) == i and o.side != side and sign * o.px <= sign * px
            for o in self.orders
        )

    def lots(self, order: Resting) -> int:
        """Return the lots an order would fill now."""
        if not order.reduce_only:
            return order.qty
        pos = order.account.holdings[order.i].pos
        return min(order.qty, max(0, pos if order.side == Side.SELL else -pos))

    def against(self, i: int, side: Side, limit: int) -> list[Resting]:
        sign = 1 if side == Side.BUY else -1
        found = [o for o in self.orders if contract_number(o.i - i) == 0 and o.side != side]
        found = [o for o in found if sign * o.px <= sign * limit]
        return sorted(found, key=lambda o: sign * o.px)

    def sure(self, i: int, side: Side, limit: int, qty: int) -> int:
        return min(qty, sum(self.lots(o) for o in self.against(i, side, limit)))

    def sell_coin(self, k: int, limit: int, lots: int, account: Account) -> tuple[int, int]:
        return self.take(self.books + k, Side.SELL, limit, lots, account)

    def exchange(
        self, i: int, px: int, lots: int, buyer: tuple[Account, int], seller: tuple[Account, int]
    ) -> int:
        """Settle a fill in the book of a contract or of an asset; return the money."""
        ledger = self.clearing.ledger
        if contract_number(i) < self.books:
            money = ledger.fill_amount(i, px, lots)
            ledger.exchange(money, lots, buyer, seller)
            return money
        k = i - self.books
        money = ledger.coins[k].worth(lots, 1000 * px)
        ledger.exchange_coins(k, money, lots, buyer[0], seller[0])
        return money

    def contract(self, n: int) -> Contract:
        """Return the contract of a book by its number; those of assets come last."""
        ledger = self.clearing.ledger
        return ledger.contracts[n] if n < self.books else ledger.coins[n - self.books].contract

    def take(self, i: int, side: Side, limit: int, qty: int, taker: Account) -> tuple[int, int]:
        ledger, filled, atoms = self.clearing.ledger, 0, 0
        if self.contract(contract_number(i)).halted_until > self.clearing.now:
            return 0, 0
        house = ledger.house(AccountKind.FEES)
        for order in self.against(i, side, limit):
            if filled == qty:
                break
            order.qty = self.lots(order)  # what could not reduce any more is gone for good
            lots = min(qty - filled, order.qty)
            if lots > 0:
                resting, new = (order.account, order.i), (taker, i)
                sides = (new, resting) if side == Side.BUY else (resting, new)
                money = self.exchange(i, order.px, lots, *sides)
                for account, rate in ((taker, self.fees[1]), (order.account, self.fees[0])):
                    ledger.pay(account, house, fees.fee(abs(money), rate), EntryReason.TRADING_FEE)
                order.qty -= lots
                filled += lots
                atoms += abs(money)
            if self.lots(order) == 0:
                self.orders.remove(order)
        return filled, atoms

    def cancel(self, account: Account, i: int | None) -> None:
        self.orders[:] = [
            o
            for o in self.orders
            if o.account is not account or (i is not None and contract_number(o.i - i) != 0)
        ]
