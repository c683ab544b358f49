"""What a margin schedule requires, in whole numbers: the tables of a rulebook as the rules take them."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from unhedged.rules.margin import (
    initial_margin,
    initial_margin_at_leverage,
    maintenance_margin,
    risk_limit_steps,
    slope_rate,
    step_rate,
    whole_position_margin,
)
from unhedged.venues.schedules import TierTable
from unhedged.vocab.errors import ScenarioError
from unhedged.vocab.units import ATOMS_PER_USD, PPB, parse_rate


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """One step of a margin schedule; ``floor`` belongs to it."""

    floor: int  # atoms of notional
    mm_ppb: int
    deduct: int  # atoms
    im_ppb: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """Margins of one contract by notional, and by size where the rate grows with it.

    Notionals are atoms, >= 0; ``lots`` is the absolute position and matters for a slope alone.
    """

    tiers: tuple[Tier, ...]  # one, with the rates of an infinitesimal position, for slope and steps
    form: str = "marginal"  # or whole_position, slope, risk_limit_steps
    growth_ppb: int = 0  # slope: per coin; steps: per step
    lots_per_coin: int = 1  # slope
    base: int = 0  # steps: limit without a step, atoms
    step: int = 1  # steps: atoms

    def tier(self, notional: int, lots: int = 0) -> Tier:
        """Return rates and deduction of a position; of the highest tier whose floor it reaches."""
        first = self.tiers[0]
        if self.form == "slope":
            return self._grown(slope_rate(0, self.growth_ppb, lots, self.lots_per_coin), first)
        if self.form == "risk_limit_steps":
            steps = risk_limit_steps(notional, self.base, self.step)
            return self._grown(step_rate(0, self.growth_ppb, steps), first)
        return [first, *(tier for tier in self.tiers if tier.floor <= notional)][-1]

    def _grown(self, more_ppb: int, first: Tier) -> Tier:
        return Tier(
            floor=0, mm_ppb=first.mm_ppb + more_ppb, deduct=0, im_ppb=first.im_ppb + more_ppb
        )

    def below(self, notional: int) -> list[Tier]:
        """Return the tiers below that of a notional, the highest first."""
        here = self.tier(notional)
        return [tier for tier in reversed(self.tiers) if tier.floor < here.floor]

    def ends(self, notional: int) -> list[int]:
        """Return the smallest notionals that are too large for each tier below that of ``notional``, the nearest first."""
        if self.form == "risk_limit_steps":
            steps = risk_limit_steps(notional, self.base, self.step)
            return [self.base + n * self.step + 1 for n in reversed(range(steps))]
        return [tier.floor for tier in reversed(self.tiers[1:]) if tier.floor <= notional]

    def floors(self, most: int) -> Iterator[int]:
        """Yield the notionals up to ``most`` at which rates change."""
        if self.form == "risk_limit_steps":
            yield from range(self.base + 1, most + 1, self.step)
        else:
            yield from (tier.floor for tier in self.tiers[1:] if tier.floor <= most)

    def maintenance(self, notional: int, lots: int = 0) -> int:
        """Return the maintenance margin of a position, atoms, rounded up."""
        tier = self.tier(notional, lots)
        if self.form == "marginal":
            return maintenance_margin(notional, tier.mm_ppb, tier.deduct)
        return whole_position_margin(notional, tier.mm_ppb)

    def initial(self, notional: int, lots: int = 0, leverage: int | None = None) -> int:
        """Return the initial margin of a position at a leverage, atoms, rounded up; the highest allowed one when None.

        The rate at the highest leverage is rounded up to 10⁻⁹ first, as in a plan.
        """
        if leverage is not None:
            return initial_margin_at_leverage(notional, leverage)
        return initial_margin(notional, self.tier(notional, lots).im_ppb)


def schedule(
    table: TierTable,
    *,
    coin: str = "",
    lot: Fraction = Fraction(1),
    atoms_per_unit: int = ATOMS_PER_USD,
) -> Schedule:
    """Return a rulebook's table in atoms of the settlement asset.

    Parameters
    ----------
    table : TierTable
        Floors and deductions in whole units of the settlement asset.
    coin : str
        The coin an inverse contract settles in; empty for dollars.
    lot : Fraction
        Coins in one lot of a linear contract.
    atoms_per_unit : int
        Atoms in one unit of the settlement asset: 10⁶ a dollar, 10⁸ a coin.

    Raises
    ------
    ScenarioError
        The table counts what the contract is not settled in.
    """
    own = table.terms
    unit = table.unit.replace("XBT", "BTC")
    wanted = "USD" if not coin else coin.replace("XBT", "BTC")
    sloped = table.form == "slope"
    if not sloped and unit != wanted and (len(table.brackets) != 1 or own):
        raise ScenarioError(
            f"Tiers {table.name} count {table.unit}; the contract settles in {coin or 'dollars'}.",
            value=table.unit,
            where=table.name,
            hint="A table in dollars is needed: floors by contracts move with the price."
            if unit == "contracts"
            else "An inverse contract is named by what one of it is worth: --face NAME=$1.",
        )
    if own:
        tier = Tier(
            floor=0,
            mm_ppb=parse_rate(own["maintenance"]),
            deduct=0,
            im_ppb=parse_rate(own["initial"]),
        )
        return Schedule(
            tiers=(tier,),
            form=table.form,
            growth_ppb=parse_rate(own["per_unit"] if sloped else own["increment"]),
            lots_per_coin=int(1 / lot) if sloped else 1,
            base=0 if sloped else round(own["base"] * atoms_per_unit),
            step=1 if sloped else round(own["step"] * atoms_per_unit),
        )
    return Schedule(
        tiers=tuple(
            Tier(
                floor=round(bracket.floor * atoms_per_unit),
                mm_ppb=parse_rate(bracket.maintenance),
                deduct=round(bracket.deduct * atoms_per_unit),
                im_ppb=bracket.initial_ppb,
            )
            for bracket in table.brackets
        ),
        form=table.form,
    )


def highest_leverage(tier: Tier) -> int:
    """Return the highest whole leverage of a tier, whose rate was rounded up to 10⁻⁹."""
    return PPB // max(1, tier.im_ppb - 1)
