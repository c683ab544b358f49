"""What a venue does below maintenance, as the plain twin holds it: steps, sizes, times, fund and auto-deleveraging.

Money in atoms, times in ns, ``_ppb`` rates 10^-9; names as in the `venue` table of the kernels.
"""

from collections.abc import Callable
from dataclasses import dataclass

from unhedged.rules.integer import PPB
from unhedged.vocab.enums import (
    AdlDecision,
    AdlPrice,
    AdlTrigger,
    DrawdownBase,
    FundPool,
    LiquidationStep,
    Reduction,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rulebook:
    """What a venue does."""

    steps: tuple[LiquidationStep, ...]
    adl_price: AdlPrice
    score: Callable[[dict[str, int]], float]
    inclusive: bool = False
    liquidation_fee_ppb: int = 0
    fee_cap_ppb: int = 0
    reduction: Reduction = Reduction.IOC
    partial_above: bool = False
    tiers_at_once: int = 1
    partial_from: int = 0
    leg_pause: int = 0
    slice_ppb: int = PPB
    slice_above: int = 0
    cooldown: int = 0
    cooldown_waits: bool = False
    backstop_ppb: int = 0
    round_interval: int = 0
    round_size: int = 0
    least_notional: int = 0
    portion_ppb: int = PPB
    block_notional: int = 0
    spread_ppb: int = 0
    shortfall_ppb: int = 0
    limit_below: bool = False
    fund_capacity_ppb: int = PPB
    fund_pool: FundPool = FundPool.SHARED
    fund_start: int = 0
    takeover_interval: int = 0
    throttle: int = 0
    throttle_interval: int = 1
    mark_interval: int = 1
    unwind_ppb: int = 0
    adl_on: bool = True
    adl_trigger: AdlTrigger = AdlTrigger.FUND_CANNOT_HOLD
    adl_at_limit: bool = False
    adl_decision: AdlDecision = AdlDecision.SCORE
    adl_walk: int = 0
    block_orders: int = 0
    block_adl: int = 0
    block_lost: int = 0
    drawdown_base: DrawdownBase = DrawdownBase.PEAK
    drawdown_limit_ppb: int = 0
    drawdown_stop_ppb: int = 0
    drawdown_window: int = 1
    drawdown_least: int = 0
    socialised: bool = False
    session: int = 0
    key: int = 0
    liquidation_on: bool = True
    collateral_sale: int = 0
    collateral_order: int = 0
    collateral_slip_ppb: int = 0
    collateral_discount_ppb: int = 0
    collateral_rest: bool = False

    @property
    def backstop(self) -> bool:
        """Return whether a vault takes accounts over."""
        return LiquidationStep.BACKSTOP_TAKEOVER in self.steps
