"""What a run compiles before it starts depends on the policies its venues have."""

from unhedged.adl import min_max, scores, shares
from unhedged.engine.ready import kernels_of
from unhedged.scenario.load import load


def compiled_under(policy):
    return kernels_of(load("calm", overrides=[f"venue.hub.adl.policy={policy}"]).plan())


def test_a_score_is_compiled_ahead():
    found = compiled_under("okx-v1")
    assert scores.okx in found
    assert shares.fill not in found


def test_what_an_allocation_is_made_of_is_compiled_ahead():
    found = compiled_under("min-max-v1")
    assert min_max.at_level in found
    assert shares.fill in found
    assert scores.okx not in found


def test_a_random_start_needs_neither():
    found = compiled_under("random-start-v1")
    assert shares.fill not in found
