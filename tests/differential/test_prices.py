"""Index, mark and funding of every shipped rulebook: compiled and plain world, event by event."""

import pytest
from tests.differential.test_loop import Seen, follow
from tests.support.priced_world import PAIRS, scenario

from unhedged.vocab.enums import (
    EntryReason,
    FundingForm,
    FundingPrice,
    IndexCombine,
    MarkForm,
    OutlierRule,
)


def test_every_form_agrees_event_by_event(tmp_path) -> None:
    total, paid = 0, set()
    forms: dict[str, set[int]] = {}
    for seed in range(len(PAIRS) + 2):
        small, plain, events = follow(seed, tmp_path, Seen(), drawn=scenario)
        total += events
        for v, venue in enumerate(small.plan.venues[:2]):
            for name in ("mark_form", "funding_form", "funding_price", "index_combine"):
                forms.setdefault(name, set()).add(int(getattr(venue, name)))
            if venue.index_outlier_ppb:
                forms.setdefault("outlier_rule", set()).add(int(venue.outlier_rule))
            mine = [a.totals[EntryReason.FUNDING] for a in plain.accounts if a.venue == v]
            assert sum(mine) == 0
            if any(mine):
                paid.add(int(venue.funding_form))
    print(f"{total} events")
    assert total > 100_000
    assert forms["mark_form"] == set(MarkForm) - {MarkForm.MID}
    assert forms["funding_form"] == paid == set(FundingForm)
    assert forms["funding_price"] == set(FundingPrice)
    assert forms["index_combine"] == set(IndexCombine)
    assert forms["outlier_rule"] == set(OutlierRule)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(200, 230))
def test_every_form_agrees_over_many_worlds(seed, tmp_path) -> None:
    follow(seed, tmp_path, Seen(), drawn=scenario)
