"""What a venue takes as collateral, as the plan holds it, and the checks of it.

No source settles how a venue sells it. Where a rulebook is silent: orders into the asset's book down to `SLIPPAGE` below its
price, the assets in the order of the list, a fund that pays `DISCOUNT` less, and a rest that stays with the account: parameters.
"""

from collections.abc import Iterator, Mapping

from unhedged.rules.collateral import next_credit
from unhedged.scenario.agents import BasisDesk, Leveraged
from unhedged.scenario.clearing import or_book
from unhedged.scenario.collateral_keys import Collateral, CollateralAsset
from unhedged.scenario.layers import Keys, Stack
from unhedged.scenario.plan_security import (
    CollateralAssetPlan,
    CollateralPlan,
    HaircutPlan,
    SourcePlan,
)
from unhedged.scenario.problems import known, place
from unhedged.scenario.spec import Instrument, Scenario, Venue
from unhedged.venues.rulebook import Rulebook
from unhedged.vocab.enums import CollateralOrder, CollateralPrice, CollateralSale
from unhedged.vocab.errors import InconsistentRules, ScenarioError
from unhedged.vocab.units import PPB, parse_rate, show_ppb

SLIPPAGE = DISCOUNT = "5%"
SPOT = "spot"


def collateral_of(scenario: Scenario, venue: Venue, book: Rulebook) -> CollateralPlan:
    """Return what a venue takes, and how it sells it."""
    own = venue.collateral
    if own is None:
        return CollateralPlan()
    sale = or_book(own.sale, book, "collateral.sale", str, "book")
    order = or_book(own.sale_order, book, "collateral.sale_order", str, "listed")
    return CollateralPlan(
        assets=tuple(
            _asset(scenario, name, asset, own, book) for name, asset in own.assets.items()
        ),
        sale=CollateralSale[sale.upper()],
        sale_order=CollateralOrder[order.upper()],
        slippage_ppb=or_book(
            own.slippage, book, "collateral.slippage", parse_rate, parse_rate(SLIPPAGE)
        ),
        discount_ppb=or_book(
            own.discount, book, "collateral.discount", parse_rate, parse_rate(DISCOUNT)
        ),
        rest_to_fund=or_book(own.rest, book, "collateral.rest", str, "account") == "fund",
    )


def _asset(
    scenario: Scenario, name: str, asset: CollateralAsset, own: Collateral, book: Rulebook
) -> CollateralAssetPlan:
    price = asset.price or own.price or str(book.value("collateral.price", "index"))
    index = asset.index or tuple(i.id for i in _books(scenario, name))
    return CollateralAssetPlan(
        asset=name,
        book=asset.book,
        price=CollateralPrice[price.upper()],
        index=tuple(SourcePlan(instrument=source, weight=1) for source in index),
        haircuts=tuple(_haircuts(_schedule(name, asset, book))),
    )


def _books(scenario: Scenario, asset: str) -> list[Instrument]:
    return [i for i in scenario.instrument if i.kind == SPOT and i.asset == asset]


def _schedule(name: str, asset: CollateralAsset, book: Rulebook) -> tuple[tuple[int, int], ...]:
    # Nothing where neither scenario nor rulebook says what the asset counts for.
    if asset.haircut is not None:
        return asset.haircut
    ratio = book.value(f"collateral_ratio.{name}")
    return () if ratio is None else ((0, parse_rate(ratio)),)


def _haircuts(schedule: tuple[tuple[int, int], ...]) -> Iterator[HaircutPlan]:
    credit, below = 0, 0
    for n, (floor, ratio) in enumerate(schedule):
        credit = next_credit(credit, floor, below, ratio) if n else 0
        below = ratio
        yield HaircutPlan(floor_atoms=floor, ratio_ppb=ratio, credit_atoms=credit)


# ------------------------------------------------------------------------------------------------ checks


def check_venue(
    scenario: Scenario, venue: Venue, book: Rulebook, stacked: Stack, path: Keys
) -> Iterator[ScenarioError]:
    """Yield what is wrong with a venue's collateral."""
    if venue.collateral is None:
        return
    if book.value("margin.mode") == "none":
        yield InconsistentRules(
            f'"{venue.id}" lends nothing: its accounts own what they hold.',
            hint="Write collateral for a venue with perpetuals.",
            **place(stacked, (*path, "collateral")),
        )
        return
    if any(i.venue == venue.id and i.kind == "inverse" for i in scenario.instrument):
        yield InconsistentRules(
            f'"{venue.id}" settles in coin: only that coin secures its contracts.',
            allowed="Collateral at a venue that settles in dollars.",
            **place(stacked, (*path, "collateral")),
        )
    assets = [asset.id for asset in scenario.asset]
    for name, asset in venue.collateral.assets.items():
        inner = (*path, "collateral", "assets", name)
        yield from known("asset", name, assets, stacked, inner)
        books = [i.id for i in _books(scenario, name)]
        noun = f"spot instrument of {name}"
        yield from known(noun, asset.book, books, stacked, (*inner, "book"))
        for n, source in enumerate(asset.index or ()):
            yield from known(noun, source, books, stacked, (*inner, "index", n))
        if not _schedule(name, asset, book):
            yield ScenarioError(
                f"{book.id} does not say what {name} counts for as collateral.",
                allowed='haircut = "5%", or by amount: haircut = "2%, 10% above $1M".',
                **place(stacked, inner),
            )


def check_posted(
    agent: Leveraged | BasisDesk,
    instruments: Mapping[str, Instrument],
    venues: Mapping[str, Venue],
    stacked: Stack,
    path: Keys,
) -> Iterator[ScenarioError]:
    """Yield what is wrong with what a crowd, or a desk behind its short, brings as collateral."""
    if not agent.collateral:
        return
    inner = (*path, "collateral")
    secured = agent.short if agent.kind == "basis_desk" else agent.instruments[0]
    venue = venues.get(instruments[secured].venue)
    taken = [] if venue is None or venue.collateral is None else list(venue.collateral.assets)
    for name in agent.collateral:
        yield from known("collateral of its venue", name, taken, stacked, (*inner, name))
    if agent.kind == "leveraged" and agent.margin == "isolated":
        yield InconsistentRules(
            "Isolated margin is dollars: assets secure a cross account alone.",
            hint='Set margin = "cross", or leave collateral out.',
            **place(stacked, inner),
        )
    parts = [posted.part for posted in agent.collateral.values()]
    whole = sum(part for part in parts if isinstance(part, int))
    if whole > PPB:
        yield InconsistentRules(
            f"The parts of its margin sum to {show_ppb(whole)}.",
            allowed="Parts that sum to 100% at most.",
            **place(stacked, inner),
        )
