"""The list of faults stays usable: each still fits the source, and each was caught when it was last tried."""

import json

import pytest
from tests.faults.seed_faults import CAUGHT, MISSED, PACKAGE, faults, occurrences


@pytest.mark.parametrize("fault", faults(), ids=lambda fault: fault["id"])
def test_a_fault_fits_the_source_once_and_its_tests_exist(fault):
    assert occurrences(fault) == 1
    assert fault["new"] not in (PACKAGE / fault["file"]).read_text() or fault["new"] in fault["old"]
    root = PACKAGE.parents[1]
    assert all((root / test.split("::")[0]).exists() for test in fault["tests"])


def test_there_are_enough_of_them_and_all_were_caught():
    ids = [fault["id"] for fault in faults()]
    assert len(ids) == len(set(ids)) >= 20
    caught = json.loads(CAUGHT.read_text())
    assert set(caught) == set(ids)
    assert [name for name in ids if caught[name] == MISSED] == []
