"""A change that changes nothing shows no difference in any measure; one that changes who is closed does."""

from pathlib import Path

import pytest

from unhedged.engine.run import run_replicate
from unhedged.lab.compare import Difference, paired
from unhedged.report.screen import measures
from unhedged.results.digest import table_digest
from unhedged.results.headline import PER_VENUE
from unhedged.scenario.load import load

CASCADE = Path(__file__).parents[2] / "golden" / "cascade.toml"
REPLICATES = (0, 1)
PAYS = [f"{name}.hub" for name in PER_VENUE]


class Twin:
    """The golden cascade under one ADL policy: headline rows and digests of its tables."""

    def __init__(self, policy: str) -> None:
        plan = load(str(CASCADE)).vary([f"venue.hub.adl.policy={policy}"]).plan()
        self.hash = plan.hash()
        outputs = [run_replicate(plan, n) for n in REPLICATES]
        self.rows = [
            {"replicate": n, **out.headline} for n, out in zip(REPLICATES, outputs, strict=True)
        ]
        self.digests = [{k: table_digest(t) for k, t in out.tables.items()} for out in outputs]


def differences(one: Twin, other: Twin) -> list[Difference]:
    return paired(one.rows, other.rows, measures([*one.rows, *other.rows]))


@pytest.fixture(scope="module")
def base() -> Twin:
    return Twin("profit-leverage-v1")


def test_another_id_of_the_same_score_changes_nothing(base: Twin) -> None:
    null = Twin("binance-v1")
    assert null.hash != base.hash
    assert null.digests == base.digests
    found = differences(base, null)
    assert {d.measure for d in found} >= {*PAYS, "desk_break_loss_usd", "desk_open_ns"}
    for d in found:
        assert (d.mean, d.low, d.high, d.chance, d.clear) == (0, 0, 0, 1, False), d.measure


def test_another_score_changes_who_pays(base: Twin) -> None:
    assert all(row["adl_accounts"] > 0 for row in base.rows)
    found = {d.measure: d.mean for d in differences(base, Twin("bitmex-v1"))}
    assert all(
        found[name] != 0 for name in ("adl_hhi.hub", "adl_gini.hub", "adl_haircut_share.hub")
    )
