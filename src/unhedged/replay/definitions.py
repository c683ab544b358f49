"""Definitions of the figures of a replay: unit and words by id; an id that ends in a dot takes what follows it.

Sources of the definitions: Chitra, Autodeleveraging, arXiv 2512.01112 v3 and its published code (needed, removed, overshoot,
severity, the two forms of regret); where a publication is followed in a mistake, the corrected figure says so.
"""

from collections.abc import Mapping

NEEDED = "sum of |mark - execution price| x quantity over ADL fills"

DEFINITIONS: Mapping[str, tuple[str, str]] = {
    "fills": ("count", "ADL fills, each counted once, on the winner's side"),
    "notional": ("usd", "notional closed by ADL: price x size of the winner's fill"),
    "closed_profit": ("usd", "profit that the closed positions realised"),
    "coins": ("count", "coins with ADL fills"),
    "top3_share": ("share", "three largest coins in ADL notional"),
    "top10_share": ("share", "ten largest coins in ADL notional"),
    "coin_hhi": ("ratio", "sum of squared shares of coins in ADL notional"),
    "below_zero_fills.": (
        "count",
        "ADL fills whose winner had negative equity, {} the position-size fix",
    ),
    "below_zero.": ("usd", "equity of these winners, added up by fill, {} the position-size fix"),
    "vault_share": ("share", "two largest bankrupt accounts, taken to be vaults, in ADL notional"),
    "odd_seconds": ("count", "seconds in which liquidation rows less ADL rows are an odd number"),
    "taken_over": ("usd", "notional taken over by vaults, each transfer once"),
    "forced": ("usd", "forced notional, each trade once: taken over, or closed by ADL"),
    "forced_published": ("usd", "notional of liquidation rows and of ADL rows, added"),
    "adl_share": ("share", "ADL in forced notional, each trade once"),
    "adl_share_published": ("share", "ADL notional over the notional of liquidation rows"),
    "reached.": ("s", "from the window's first row until this share of ADL fills: {}"),
    "first_adl": (
        "s",
        "from the window's first liquidation row to the first ADL; it opens inside the cascade",
    ),
    "needed": ("usd", f"{NEEDED}, the published waves together"),
    "needed.": ("usd", f"{NEEDED} of wave {{}}, from its coins"),
    "needed_from_coins": ("usd", f"{NEEDED}, from the coins of the waves present"),
    "removed": (
        "usd",
        "equity removed from winners against a path without ADL, to the end of each wave",
    ),
    "overshoot": ("usd", "removed less needed; a wave that undershoots counts against"),
    "overshoot.": ("usd", "removed less needed, prices taken {} after each wave"),
    "overshoot_above": ("usd", "removed less needed, over waves where it is positive"),
    "overshoot_below": ("usd", "removed less needed, over waves where it is negative"),
    "single_blocks_below": (
        "share",
        "single-block waves that removed no more than needed, of those needing over $10,000",
    ),
    "multi_blocks_above": (
        "share",
        "longer waves that removed more than needed, of those needing over $100,000",
    ),
    "deficit_published": ("usd", "negative equity of bankrupt accounts, added over waves"),
    "deficit": ("usd", "negative equity of bankrupt accounts, the repeated account once"),
    "deficit_repeats": ("count", "waves that have the same largest loss, to the cent"),
    "severity_published": ("ratio", "needed over the deficit added over waves, cut to 0 to 1"),
    "severity": ("ratio", "needed over the deficit counted once, cut to 0 to 1"),
    "needed_over_deficit": ("ratio", "needed over the deficit counted once"),
    "waves": ("count", "waves of ADL fills over all coins that a gap of more than 5 s parts"),
    "covered_share": ("share", "ADL notional that lies in the waves of the published tables"),
    "queue_overshoot": (
        "usd",
        "profit closed beyond the deficit, by coin and shock, never below zero",
    ),
    "queue_residual": (
        "usd",
        "deficit beyond the profit closed, by coin and shock, never below zero",
    ),
    "queue_net": ("usd", "profit closed less deficit, by coin and shock, with its sign"),
    "queue_in_deficit": (
        "usd",
        "profit closed less deficit, in shocks that have a deficit, with its sign",
    ),
    "queue_deficit": ("usd", "deficits of all shocks, an account once in every coin"),
    "queue_deficit_shocks": ("share", "shocks that have a deficit at all"),
    "policy_net.": ("usd", "removed less needed under {}, all waves"),
    "policy_regret.": ("usd", "|removed less needed| under {}, added over waves"),
    "policy_unfair_published.": (
        "usd",
        "|largest haircut - that of the published min-max| x needed, {}",
    ),
    "policy_unfair.": ("usd", "|largest haircut - the smallest possible one| x needed, {}"),
    "policy_unfair_by_equity.": (
        "usd",
        "|largest haircut - needed over winners' equity at the wave's start| x needed, {}",
    ),
    "policy_total_published.": ("usd", "both kinds of regret together, as published, {}"),
    "policy_total.": ("usd", "both kinds of regret together, against the true optimum, {}"),
    "policy_rd_nse_published.": (
        "ratio",
        "best winner's part of what he and the unpaid are together, largest of the waves, as published, {}",
    ),
    "policy_rd_nse.": ("ratio", "the same with what is unpaid never below zero, {}"),
    "policy_rd_nse_above.": ("count", "waves in which that part is published above 1, {}"),
    "policy_worst.": ("share", "largest haircut of an account's equity, mean over waves, {}"),
    "claimed_net.": ("usd", "removed less needed as the text says it, {}"),
    "accounts": ("count", "accounts with ADL fills"),
    "account_notional": ("usd", "median notional closed, of accounts with ADL fills"),
    "account_profit": ("share", "median profit on notional, of accounts with one ADL fill"),
    "account_leverage.": (
        "ratio",
        "median leverage of accounts with one ADL fill, {} the position-size fix",
    ),
    "account_in_profit": ("share", "accounts whose closed positions were in profit"),
    "account_top1_share": (
        "share",
        "one percent of accounts with the most notional closed, in all notional",
    ),
    "published_leverage": ("ratio", "median leverage of ADL fills"),
    "equity_over_profit.": ("ratio", "winners' equity over their profit, {}"),
    "rehedge.": ("s", "median time from ADL to the first other fill, accounts called {}"),
    "never_traded": ("share", "accounts called passive without another fill in the window"),
    "groups": ("count", "complete groups: all ADL fills of one coin at one time"),
    "group_fills": ("count", "fills of complete groups"),
    "groups_one_price": ("share", "groups with one price"),
    "groups_whole": (
        "share",
        "fills that close the whole position, of all but the last of a group",
    ),
    "groups_one_partial": (
        "share",
        "groups with at most one partial close, and that the last fill",
    ),
    "groups_unordered": (
        "share",
        "fills followed by one of higher observed score, of fills with a follower",
    ),
    "archive_fills": ("count", "perpetual fills read, both legs of a trade"),
    "archive_spot_fills": ("count", "spot fills, left aside"),
    "archive_adl": ("count", "ADL fills of the archive, each on the winner's leg"),
    "archive_notional": ("usd", "their notional: price x size"),
    "archive_winners": ("count", "accounts that were closed by ADL"),
    "archive_coins": ("count", "coins with ADL fills in the archive"),
    "archive_waves.": ("count", "waves of ADL fills that a gap of more than {} parts"),
    "archive_needed": ("usd", f"{NEEDED} of the archive"),
    "archive_needed_signed": (
        "usd",
        "the same with its sign: above zero where the price was worse for the winner than the mark",
    ),
    "archive_removed": (
        "usd",
        "equity removed from winners of the archive, valued at the last unforced trade until each wave's end",
    ),
    "archive_overshoot.": (
        "usd",
        "removed less needed in the archive, prices taken {} after each wave",
    ),
    "archive_true_need": (
        "usd",
        "negative equity of bankrupt accounts at the ADL price, each account once, at its worst wave",
    ),
    "archive_taken_over": ("usd", "notional taken over by vaults, each trade once"),
    "archive_sold": ("usd", "notional of liquidations sold to the market, each trade once"),
    "archive_legs": ("count", "fills that carry a liquidation object, both legs"),
    "archive_doubtful": ("count", "accounts one of whose moves is missing"),
}
"""Unit and words by id."""


def define(name: str) -> tuple[str, str]:
    """Return unit and words of a figure's id.

    Raises
    ------
    KeyError
        The id has no definition.
    """
    head, dot, rest = name.partition(".")
    unit, words = DEFINITIONS[head + dot]
    return unit, words.format(rest.replace("_", " "))
