"""What is said of inverse contracts that cannot be: another money, another rulebook, too large, an agent that counts dollars."""

import re

import pytest
from tests.support.inverse_world import inverse_scenario

from unhedged.scenario.load import load
from unhedged.scenario.supported import unsupported_tiers
from unhedged.venues import rulebook
from unhedged.vocab.errors import ScenarioError

TEXT = inverse_scenario(1).replace("tiers = [", 'tiers = "XBTUSD" #[')


def refused(tmp_path, old: str, new: str, count: int = 1) -> ScenarioError:
    assert old in TEXT
    path = tmp_path / "mine.toml"
    path.write_text(TEXT.replace(old, new, count))
    with pytest.raises(ScenarioError) as caught:
        load(str(path))
    return caught.value


def test_an_inverse_contract_settles_in_its_asset(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(TEXT)
    plan = load(str(path)).plan()
    assert plan.settled_by("mex").asset == "BTC"
    assert plan.settled_by("hyper") is None
    contract = plan.instruments[0]
    face, tick = int(contract.lot_size), float(contract.tick_size)
    assert contract.num / contract.den == pytest.approx(face * 1e8 / tick)
    assert contract.lot_shown == face
    assert contract.lot_units == pytest.approx(face / 117_000)
    assert contract.max_lots * contract.num < 2**63
    assert [s.instrument for s in contract.mark_sources] == ["hyper/BTC-PERP"]


def test_instruments_of_a_venue_settle_in_one_asset(tmp_path):
    error = refused(
        tmp_path,
        'id = "mex/XBT-OLD"\nasset = "BTC"\nkind = "inverse"',
        'id = "mex/XBT-OLD"\nasset = "BTC"\nkind = "linear"',
    )
    assert '"mex/XBT-OLD" settles in dollars, "mex/XBTUSD" in BTC.' in str(error)
    assert "[[venue]] of its own" in str(error)


def test_a_rulebook_without_inverse_contracts_says_which_have_them(tmp_path):
    error = refused(tmp_path, "bitmex@2025-10-10", "binance-usdm@2025-10-10")
    assert "binance-usdm@2025-10-10 knows no inverse contracts." in str(error)
    assert "bitmex@2025-10-10" in str(error)


def test_a_size_beyond_64_bits_is_refused_with_the_largest(tmp_path):
    error = refused(tmp_path, 'open_interest = "$500M"', 'open_interest = "$100bn"')
    assert "beyond 64 bits at a tick of 0.5" in str(error)
    assert "Less than $23.1bn" in str(error)


@pytest.mark.parametrize(
    ("kind", "key"),
    [("basis_desk", 'spot = "spot/BTC"\nshort = '), ("cross_venue", 'instruments = ["spot/BTC", ')],
)
def test_agents_that_hedge_in_dollars_take_no_inverse_leg(tmp_path, kind, key):
    end = "]" if kind == "cross_venue" else ""
    block = (
        f'[[agent]]\nid = "desk"\nkind = "{kind}"\n{key}"mex/XBTUSD"{end}\n\n[[agent]]\nid = "dip"'
    )
    error = refused(tmp_path, '[[agent]]\nid = "dip"', block)
    assert re.search(rf'"mex/XBTUSD" is inverse: .* {kind} does not hedge', str(error))


def test_rates_that_grow_with_coins_do_not_fit_a_size_in_dollars(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(TEXT)
    contract = load(str(path)).spec.instrument[0].model_copy(update={"tiers": "BTC_USDC"})
    book = rulebook.load("deribit-linear@2025-10-10")
    assert "counted in dollars" in unsupported_tiers(contract, book)
    assert unsupported_tiers(contract.model_copy(update={"kind": "linear"}), book) == ""
