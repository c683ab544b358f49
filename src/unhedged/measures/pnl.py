"""Where the money of each agent went over a run: coins, perpetuals, fees and funding, which sum to its change of equity.

Cash-flow accounting makes the split exact: cash of an account changes by what is brought in, by fees, by funding, and by what its
positions paid and received. So what positions made is the change of equity less the other three, to the atom; an account at a spot
venue holds coins, one at a venue with margin holds contracts.
"""

import polars as pl

from unhedged.vocab.units import ATOMS_PER_USD

PARTS = ("coins", "perpetuals", "fees", "funding")
"""What sums to ``total``."""


def pnl(accounts: pl.DataFrame, adl: pl.DataFrame, spot: list[str]) -> pl.DataFrame:
    """Return profit and loss of each agent, split.

    Parameters
    ----------
    accounts : frame
        Table ``accounts``.
    adl : frame
        Table ``adl``.
    spot : list of str
        Venues without margin.

    Returns
    -------
    frame
        One row an agent, by kind and name: ``kind``, ``agent``; ``coins``, ``perpetuals``, ``fees``, ``funding`` and their sum
        ``total``, dollars; ``adl_price``, the part of perpetuals that ADL's prices gave (above zero) or took against the mark of
        the moment; ``adl``, notional taken. The venues' own accounts are left out.
    """
    own = accounts.filter(pl.col("kind") != "venue").with_columns(
        agent=pl.col("account").str.split("@").list.first(),
        venue=pl.col("account").str.split("@").list.last(),
        fees=pl.col("fees_atoms") / ATOMS_PER_USD,
        funding=pl.col("funding_atoms") / ATOMS_PER_USD,
        total=pl.col("end_equity")
        - pl.col("start_equity")
        - pl.col("deposits_atoms") / ATOMS_PER_USD,
    )
    made = pl.col("total") - pl.col("fees") - pl.col("funding")
    coin = pl.col("venue").is_in(spot)
    by_agent = (
        own.group_by("kind", "agent")
        .agg(
            made.filter(coin).sum().alias("coins"),
            made.filter(~coin).sum().alias("perpetuals"),
            pl.col("fees", "funding", "total", "adl").sum(),
        )
        .join(_prices(adl), on="agent", how="left")
        .with_columns(pl.col("adl_price").fill_null(0.0))
    )
    return by_agent.sort("kind", "agent")


def _prices(adl: pl.DataFrame) -> pl.DataFrame:
    # A short closed below the mark, and a long above it, was given more than the mark: qty is the change of its position.
    gain = (pl.col("mark") - pl.col("price")) * pl.col("qty")
    agent = pl.col("account").str.split("@").list.first().alias("agent")
    return adl.group_by(agent).agg(adl_price=gain.sum())
