"""What is allowed in a scenario and does less than it seems to: said before a run, never refused."""

from collections.abc import Iterator

from unhedged.scenario.plan import RunPlan

OF_HEDGES = "hedge-aware-v1"


def doubts(plan: RunPlan) -> Iterator[str]:
    """Yield a line for each thing that may not be meant, in the order of venues."""
    for venue in plan.venues:
        if venue.adl_on and venue.adl_policy == OF_HEDGES and not venue.adl_sees:
            yield (
                f"{venue.id}: ADL by {OF_HEDGES} sees the balances of no other venue, so what is held elsewhere is no hedge to it; "
                "without a hedge on the venue itself it is profit pro-rata. adl.sees names the venues it can see."
            )
