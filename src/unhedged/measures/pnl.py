"""Where the money of each agent went over a run, in parts that sum to its change of equity.

Cash-flow accounting makes the split exact: cash of an account changes by what is brought in, by fees, by funding, and by what its
positions paid and received. What fills gave against the mid of their book is counted while the run goes, fill by fill; what closes by
ADL gave against the mark is in their rows. The rest is what prices did to what was held: coins at a spot venue, contracts at a venue
with margin.
"""

import polars as pl

from unhedged.vocab.units import ATOMS_PER_USD, USD

PARTS = ("coins", "perpetuals", "fees", "funding", "spread", "rehedge", "adl_price")
"""What sums to ``total``."""
COINS_PER_ATOM = 1e-8


def in_dollars(column: str) -> pl.Expr:
    """Return a column of atoms of table ``accounts`` as dollars: coin at what it is worth at the end."""
    atoms, unit = pl.col(column), pl.col("unit_usd")
    in_coin = atoms * COINS_PER_ATOM * unit
    return pl.when(pl.col("asset") == USD).then(atoms / ATOMS_PER_USD).otherwise(in_coin)


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
        One row an agent, by kind and name: ``kind``, ``agent``; dollars of ``coins`` and ``perpetuals``, by the prices of what was held;
        ``fees``; ``funding``; ``spread``, what fills gave against the mid that the incoming order met, own resting orders and, until
        ADL first closed the agent, own incoming ones; ``rehedge``, the same of incoming orders since then, its liquidations
        included; ``adl_price``, what ADL's prices gave (above zero) or took against the mark of the moment; their sum ``total``;
        ``adl``, notional taken. The venues' own accounts are left out.
    """
    own = accounts.filter(pl.col("kind") != "venue").with_columns(
        agent=pl.col("account").str.split("@").list.first(),
        venue=pl.col("account").str.split("@").list.last(),
        fees=in_dollars("fees_atoms"),
        funding=in_dollars("funding_atoms"),
        spread=in_dollars("spread_atoms") + in_dollars("crossing_atoms"),
        rehedge=in_dollars("rehedge_atoms"),
        total=pl.col("end_equity") - pl.col("start_equity") - in_dollars("deposits_atoms"),
    )
    held = pl.col("total") - pl.sum_horizontal("fees", "funding", "spread", "rehedge")
    coin = pl.col("venue").is_in(spot)
    by_agent = (
        own.group_by("kind", "agent")
        .agg(
            held.filter(coin).sum().alias("coins"),
            held.filter(~coin).sum().alias("perpetuals"),
            pl.col("fees", "funding", "spread", "rehedge", "total", "adl").sum(),
        )
        .join(_prices(adl, accounts), on="agent", how="left")
        .with_columns(pl.col("adl_price").fill_null(0.0))
        .with_columns(perpetuals=pl.col("perpetuals") - pl.col("adl_price"))
    )
    return by_agent.sort("kind", "agent")


def _prices(adl: pl.DataFrame, accounts: pl.DataFrame) -> pl.DataFrame:
    # A short closed below the mark, and a long above it, was given more than the mark: qty is the change of its position. Of an
    # inverse contract it is dollars, and the difference is coin at mark.
    gap = (pl.col("mark") - pl.col("price")) * pl.col("qty")
    gain = pl.when(pl.col("asset") == USD).then(gap).otherwise(gap / pl.col("price"))
    agent = pl.col("account").str.split("@").list.first().alias("agent")
    rows = adl.join(accounts.select("account", "asset"), on="account", how="left")
    return rows.group_by(agent).agg(adl_price=gain.sum())
