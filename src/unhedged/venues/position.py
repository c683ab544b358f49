"""A position under a venue's rules: margins, liquidation and bankruptcy prices leg by leg, and the ladder's first step."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from unhedged.rules.integer import MILLI
from unhedged.rules.liquidation import bankruptcy_px
from unhedged.venues import asked, rulebook
from unhedged.venues.collateral import Holding, holdings
from unhedged.venues.contracts import Terms, terms_of
from unhedged.venues.first_step import Step, first_step
from unhedged.venues.legs import LegText, parse_collateral, parse_leg
from unhedged.venues.margining import Account, Leg, SafeMarks, Trigger, safe_marks
from unhedged.venues.portfolio import Unified, portfolio_trigger
from unhedged.venues.requirement import highest_leverage
from unhedged.venues.rulebook import Rulebook
from unhedged.vocab.errors import ScenarioError, UnknownKind
from unhedged.vocab.units import parse_rate

MODES = ("cross", "isolated", "portfolio")
SHARED = ("cross", "portfolio")
"""Modes in which one account secures every leg."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LegReport:
    """One leg and the prices that end it."""

    terms: Terms
    account: Account  # that secures it: the whole one, or its own pocket
    leg: Leg
    text: LegText
    safe: SafeMarks
    bankruptcy_milli: int | None

    @property
    def size(self) -> Decimal:
        """Absolute size, in the contract's unit."""
        return self.text.size

    def price(self, milli: int) -> Decimal:
        """Return a price from milli-ticks."""
        return self.terms.price(Fraction(milli, MILLI))

    @property
    def bankruptcy(self) -> Decimal | None:
        """Bankruptcy price on the tick grid, up for a long and down for a short; None when no price is."""
        if self.bankruptcy_milli is None:
            return None
        ticks = bankruptcy_px(self.leg.pos, self.bankruptcy_milli)
        return self.terms.price(ticks) if ticks > 0 else None

    @property
    def safe_low(self) -> Decimal | None:
        """Lowest safe price on the tick grid; one tick less liquidates. None when no fall does."""
        ticks = None if self.safe.low is None else -(-self.safe.low // MILLI)
        return None if ticks is None or ticks <= 1 else self.terms.price(ticks)

    @property
    def safe_high(self) -> Decimal | None:
        """Highest safe price on the tick grid; one tick more liquidates. None when no rise does."""
        return None if self.safe.high is None else self.terms.price(self.safe.high // MILLI)


@dataclass(frozen=True, slots=True, kw_only=True)
class Touch:
    """Where an account is first touched when one contract moves alone, and the ladder's first step there."""

    contract: str
    price: Decimal  # first price on the tick grid that liquidates; the mark when it already does
    share: float  # distance from the mark, signed
    step: Step | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """A position at its marks, in atoms of the settlement asset; see :mod:`unhedged.report.position` for text."""

    book: Rulebook
    mode: str
    settlement: str  # "$" or a coin
    atoms_per_unit: int
    accounts: tuple[Account, ...]  # one, or one a leg when isolated
    collateral: tuple[Holding, ...]
    legs: tuple[LegReport, ...]
    touch: Touch | None
    trigger: Trigger
    assumed: tuple[str, ...]

    @property
    def equity(self) -> int:
        """Sum over accounts, atoms."""
        return sum(account.equity() for account in self.accounts)

    @property
    def initial(self) -> int:
        """Sum over accounts, atoms."""
        return sum(account.initial() for account in self.accounts)

    @property
    def maintenance(self) -> int:
        """Sum over accounts, atoms."""
        return sum(account.maintenance() for account in self.accounts)

    @property
    def hedged(self) -> bool:
        """Whether a contract is held long and short at once."""
        return len({leg.leg.contract.id for leg in self.legs}) < len(self.legs)


def venue(name: str | Rulebook) -> Rulebook:
    """Return a rulebook by its versioned id, or the newest of a venue by its name alone; one already loaded unchanged.

    Raises
    ------
    UnknownKind
        No such rulebook.
    """
    if isinstance(name, Rulebook):
        return name
    return rulebook.load(rulebook.newest(asked.text("venue", name)))


def position(
    name: str | Rulebook,
    legs: Iterable[str],
    *,
    collateral: str | Sequence[str] = (),
    mode: str = "cross",
    marks: Mapping[str, Any] | Iterable[str] = (),
    prices: Mapping[str, Any] | Iterable[str] = (),
    haircuts: Mapping[str, str] | Iterable[str] = (),
    valued_at: str | None = None,
    tiers: Mapping[str, str] | Iterable[str] = (),
    ticks: Mapping[str, Any] | Iterable[str] = (),
    lots: Mapping[str, Any] | Iterable[str] = (),
    faces: Mapping[str, Any] | Iterable[str] = (),
) -> Position:
    """Return a position under a venue's rules; arguments as for :func:`unhedged.position`.

    Raises
    ------
    ScenarioError
        Something typed cannot be used.
    """
    book = _lender(name, mode)
    texts = [parse_leg(text) for text in asked.texts("legs", legs)]
    if not texts:
        raise ScenarioError("There is no leg.", hint='--leg "BTCUSDT long 2 @ 121_000"')
    assumed: list[str] = []
    options = (
        asked.pairs("mark", marks),
        asked.pairs("tiers", tiers),
        asked.pairs("tick", ticks),
        asked.pairs("lot", lots),
        asked.pairs("face", faces),
    )
    terms = terms_of(texts, book, *options, assumed)
    settlement, atoms = _settlement(terms)
    trigger = portfolio_trigger(book) if mode == "portfolio" else _trigger(book)
    built = [_leg(text, terms[text.contract]) for text in texts]
    _refuse_twins(built)
    assumed += _beyond(built, terms)
    if len({leg.contract.id for leg in built}) < len(built) and not _has_legs(book):
        assumed.append("an account may hold both legs, of which the rulebook says nothing")
    options_of_assets: dict[str, Any] = {
        "settlement": settlement,
        "atoms_per_unit": atoms,
        "prices": asked.pairs("price", prices),
        "haircuts": asked.pairs("haircut", haircuts),
        "valued_at": None if valued_at is None else asked.text("valued_at", valued_at),
    }
    typed = asked.texts("collateral", collateral)
    asked.refuse_idle_margin(mode, texts, typed)
    held = holdings([parse_collateral(text) for text in typed], book, **options_of_assets)
    pockets = _pockets(mode, texts, built, book, options_of_assets)
    if mode == "portfolio":
        _only_known(trigger, held)
    posted = [*held, *(pocket for pocket in pockets if isinstance(pocket, Holding))]
    asked.refuse_idle_prices(
        posted, options_of_assets["prices"], options_of_assets["haircuts"], valued_at
    )
    wallets = [one.counts if isinstance(one, Holding) else one for one in pockets]
    wallets = wallets or [sum(holding.counts for holding in held)]
    owners = _owners(mode, wallets, built, trigger)
    reports = tuple(
        LegReport(
            terms=terms[text.contract],
            account=account,
            leg=leg,
            text=text,
            safe=safe_marks(account, leg.contract.id),
            bankruptcy_milli=account.bankruptcy(leg),
        )
        for text, leg, account in zip(texts, built, owners, strict=True)
    )
    return Position(
        book=book,
        mode=mode,
        settlement=settlement,
        atoms_per_unit=atoms,
        accounts=tuple(owners[:1] if mode in SHARED else owners),
        collateral=tuple(held),
        legs=reports,
        touch=_touch(reports, book, ladder=mode != "portfolio"),
        trigger=trigger,
        assumed=tuple(assumed),
    )


def _has_legs(book: Rulebook) -> bool:
    return "hedge" in book.value("margin.position_modes", ())


def _lender(name: str | Rulebook, mode: str) -> Rulebook:
    # The venue's rulebook; one that knows margin.
    book = venue(name)
    if asked.text("mode", mode) not in MODES:
        raise UnknownKind.of("margin mode", mode, MODES)
    if book.value("margin.mode") == "none":
        raise ScenarioError(f"{book.id} lends nothing: there is no margin.", value=book.id)
    return book


def _owners(
    mode: str, wallets: Sequence[int], built: Sequence[Leg], trigger: Trigger
) -> list[Account]:
    # The account behind each leg: one for all of them, or one for each.
    if mode in SHARED:
        shared = Account(wallet=wallets[0], legs=tuple(built), trigger=trigger)
        return [shared] * len(built)
    return [
        Account(wallet=wallet, legs=(leg,), trigger=trigger)
        for wallet, leg in zip(wallets, built, strict=True)
    ]


def _settlement(terms: Mapping[str, Terms]) -> tuple[str, int]:
    kinds = {(term.settlement, term.atoms_per_unit) for term in terms.values()}
    if len(kinds) > 1:
        names = ", ".join(sorted("dollars" if kind == "$" else kind for kind, _ in kinds))
        raise ScenarioError(f"Legs settle in different assets: {names}. Ask for each apart.")
    return next(iter(kinds))


def _trigger(book: Rulebook) -> Trigger:
    # The formula of the ratio says whether the closing fee counts beside maintenance.
    counted = "fee" in str(book.value("margin.ratio", ""))
    return Trigger(
        at_equality=book.value("liquidation.boundary", "<") == "<=",
        fee_ppb=parse_rate(book.value("liquidation.fee", "0%")) if counted else 0,
    )


def _leg(text: LegText, terms: Terms) -> Leg:
    leg = Leg(
        contract=terms.contract,
        pos=text.side * terms.lots(text.size),
        cost=terms.cost(text.side, text.size, text.entry),
        leverage=text.leverage,
    )
    most = highest_leverage(terms.contract.schedule.tier(leg.notional, abs(leg.pos)))
    if text.leverage is not None and text.leverage > most:
        raise ScenarioError(
            f"{text.leverage}x is above {most}x, the highest at this size.",
            value=text.leverage,
            where=f"leg {text.contract}",
        )
    return leg


def _beyond(legs: Sequence[Leg], terms: Mapping[str, Terms]) -> Iterator[str]:
    # Says of every leg that is larger than the venue allows by which rates it is margined.
    for leg in legs:
        term = terms[leg.contract.id]
        if term.largest is not None and leg.notional > term.largest:
            most = Fraction(term.largest, term.atoms_per_unit)
            unit = "$" if term.settlement == "$" else ""
            amount = f"{unit}{float(most):,.0f}{'' if unit else f' {term.settlement}'}"
            yield (
                f"{leg.contract.id} is beyond the {amount} the venue allows in it, "
                "margined as if its last tier went on"
            )


def _refuse_twins(legs: Sequence[Leg]) -> None:
    seen: set[tuple[str, bool]] = set()
    for leg in legs:
        key = (leg.contract.id, leg.pos > 0)
        if key in seen:
            side = "long" if leg.pos > 0 else "short"
            raise ScenarioError(
                f"{leg.contract.id} {side} is given twice.",
                value=leg.contract.id,
                hint="Write one leg with the sum of the sizes and the average entry.",
            )
        seen.add(key)


def _pockets(
    mode: str,
    texts: Sequence[LegText],
    legs: Sequence[Leg],
    book: Rulebook,
    options: Mapping[str, Any],
) -> list[Holding | int]:
    # What secures each leg alone; nothing where the collateral secures them all.
    if not asked.own_pockets(mode, texts):
        return []
    return [_pocket(text, leg, book, options) for text, leg in zip(texts, legs, strict=True)]


def _pocket(text: LegText, leg: Leg, book: Rulebook, options: Mapping[str, Any]) -> Holding | int:
    # What an isolated leg says, or its entry value over its leverage, atoms, rounded up.
    if text.margin is not None:
        return holdings([parse_collateral(text.margin)], book, **options)[0]
    if text.leverage is None:
        raise ScenarioError(
            "An isolated leg needs its own margin.",
            value=text.contract,
            where=f"leg {text.contract}",
            hint=f'"{text.contract} … with $24_200" or "{text.contract} … 10x"',
        )
    return leg.contract.schedule.initial(abs(leg.cost), abs(leg.pos), text.leverage)


def _only_known(trigger: Trigger, held: Sequence[Holding]) -> None:
    # What supplied assets count for is published in one of the three forms alone.
    strange = [holding.asset for holding in held if holding.price is not None]
    if strange and not isinstance(trigger, Unified):
        raise ScenarioError(
            f"{strange[0]} as collateral under this venue's portfolio margin is not known.",
            value=strange[0],
            where="collateral",
            allowed='Dollars, such as "$40k".',
        )


def _touch(reports: Sequence[LegReport], book: Rulebook, *, ladder: bool) -> Touch | None:
    # The contract that must move least, one tick past its last safe price; the present marks when it is too late.
    # Ladders are those of ordinary accounts: what is done first to a portfolio is in no source.
    best: Touch | None = None
    for report in reports:
        mark = report.leg.contract.mark_milli
        if report.account.surplus() < 0:
            step = first_step(report.account, book) if ladder else None
            return Touch(
                contract=report.leg.contract.id, price=report.price(mark), share=0.0, step=step
            )
        for milli in _touched(report):
            share = milli / mark - 1
            if best is None or abs(share) < abs(best.share):
                moved = report.account.at(report.leg.contract.id, milli)
                best = Touch(
                    contract=report.leg.contract.id,
                    price=report.price(milli),
                    share=share,
                    step=first_step(moved, book) if ladder else None,
                )
    return best


def _touched(report: LegReport) -> list[int]:
    # The first marks on the tick grid that liquidate, milli-ticks.
    marks = []
    if report.safe_low is not None and report.safe.low is not None:
        marks.append((-(-report.safe.low // MILLI) - 1) * MILLI)
    if report.safe.high is not None:
        marks.append((report.safe.high // MILLI + 1) * MILLI)
    return marks
