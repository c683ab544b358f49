"""The page on theory shows what is computed."""

import pytest
from tests.support.adl_theory_tables import PAGE, TABLES, block

SIMULATED = {"scaling", "imbalance", "margin"}


@pytest.mark.parametrize(
    "name",
    [pytest.param(n, marks=pytest.mark.statistical if n in SIMULATED else ()) for n in TABLES],
)
def test_page_shows_the_table(name: str) -> None:
    found = block(name).search(PAGE.read_text("utf-8"))
    assert found is not None
    assert found[2].strip() == TABLES[name](), "run: python -m tests.support.adl_theory_tables"


def test_page_has_no_other_table_that_claims_to_be_computed() -> None:
    assert PAGE.read_text("utf-8").count("<!-- data: ") == len(TABLES)
