"""What secures an account, as a plan holds it: assets posted as collateral, their prices, and portfolio margin. Units as in `plan`."""

from dataclasses import dataclass

from unhedged.vocab.enums import CollateralOrder, CollateralPrice, CollateralSale


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcePlan:
    """One instrument a mark or index looks at."""

    instrument: str
    weight: int  # in a weighted median or mean, >= 1


@dataclass(frozen=True, slots=True, kw_only=True)
class HaircutPlan:
    """One tier of an asset's ratio; a value equal to the floor belongs to it."""

    floor_atoms: int
    ratio_ppb: int  # share of the part of the value above the floor that counts
    credit_atoms: int  # keeps the schedule continuous, rounded down


@dataclass(frozen=True, slots=True, kw_only=True)
class CollateralAssetPlan:
    """One asset a venue takes as collateral."""

    asset: str
    book: str  # spot instrument: lots are its, sales go there
    price: CollateralPrice
    index: tuple[SourcePlan, ...]  # spot instruments, for INDEX
    haircuts: tuple[HaircutPlan, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CollateralPlan:
    """What a venue takes as collateral, and what becomes of it in a liquidation."""

    assets: tuple[CollateralAssetPlan, ...] = ()
    sale: CollateralSale = CollateralSale.BOOK
    sale_order: CollateralOrder = CollateralOrder.LISTED
    slippage_ppb: int = 0  # BOOK: farthest below the price an order may sell
    discount_ppb: int = 0  # by which the fund pays less than the price
    rest_to_fund: bool = False  # what a takeover leaves goes to the fund


@dataclass(frozen=True, slots=True, kw_only=True)
class PortfolioPlan:
    """What an account in portfolio margin needs: ``(requirement + base) * times / per``."""

    times_ppb: int
    per_ppb: int
    base_usd: float  # added to the requirement of an account that holds something
    range_ppb: int  # the requirement is the worst loss over moves to this, contracts of one asset netted; 0: the sum of margins
