"""The archive's reader against the plain one on random markets: same positions, costs, cash, forced trades and faults."""

import json
import tempfile
from decimal import Decimal
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.support import sample_archive as sample
from tests.support.plain_archive import plain_replay

from unhedged.replay.archive.forced import needed
from unhedged.replay.archive.reconstruction import reconstruct
from unhedged.replay.folder import list_folder

ATOM = Decimal("0.000001")


def both(folder: Path):
    problems = []
    listing = list_folder(folder)
    listing.events.clear()
    return plain_replay(folder), reconstruct(listing, problems), problems


def write(folder: Path, seed: int, accounts: int, count: int, change=None) -> None:
    truth = sample.Sample(accounts=[f"0x{n:040x}" for n in range(1, accounts + 1)], seed=seed)
    truth.open()
    lines = list(sample.blocks(truth, count, adl_every=20))
    sample.write_archive(folder, iter(change(lines) if change else lines))
    (folder / "clearinghouse_snapshot.jsonl").write_text("\n".join(truth.snapshot) + "\n")


def agree(plain, fast) -> None:
    rolled, states = fast.rolled, fast.states
    names, end = rolled.names, len(rolled.fills)
    assert plain.fills == end
    found = {}
    for coin, name in enumerate(names.coins):
        held = states.holders(coin, end)
        lot = Decimal(1).scaleb(-int(names.lot_places[coin]))
        for account, lots, cost in zip(
            held.account, held.lots.tolist(), held.cost.tolist(), strict=True
        ):
            found[names.accounts[account], name] = (lots * lot, cost * ATOM)
    assert found == {key: (size, plain.cost[key]) for key, size in plain.size.items() if size}
    cash = dict(zip(names.accounts, states.wallets(end).tolist(), strict=True))
    assert {name: value * ATOM for name, value in cash.items()} == plain.cash
    assert len(fast.forced.adl) == len(plain.adl)
    assert len(fast.forced.backstop) == plain.liquidations - len(plain.adl)
    assert int(needed(rolled, fast.forced).sum()) * ATOM == plain.needed


@settings(max_examples=15)
@given(seed=st.integers(0, 2**32), accounts=st.integers(3, 30), count=st.integers(20, 120))
@example(seed=7, accounts=10, count=100)
@example(seed=2025, accounts=3, count=60)
def test_reader_agrees_with_the_plain_one(seed, accounts, count):
    with tempfile.TemporaryDirectory() as name:
        write(Path(name), seed, accounts, count)
        plain, fast, problems = both(Path(name))
    assert problems == []
    assert plain.contradicted == []
    agree(plain, fast)


@settings(max_examples=10)
@given(seed=st.integers(0, 2**32), line=st.integers(1, 58))
@example(seed=7, line=30)
def test_both_see_the_lines_at_which_a_missing_block_shows(seed, line):
    # A block is taken out: whoever traded in it and again later has a start that contradicts the tally.
    with tempfile.TemporaryDirectory() as name:
        write(Path(name), seed, 8, 60, lambda lines: [*lines[:line], *lines[line + 1 :]])
        plain, fast, problems = both(Path(name))
    contradicted = [problem.row for problem in problems if "startPosition" in problem.what]
    assert contradicted == plain.contradicted
    assert any("missing" in problem.what for problem in problems)
    assert len(fast.rolled.doubtful) <= len(contradicted)


@settings(max_examples=10)
@given(seed=st.integers(0, 2**32))
def test_both_legs_of_a_trade_cancel_in_lots_and_money(seed):
    with tempfile.TemporaryDirectory() as name:
        write(Path(name), seed, 12, 60)
        _, fast, _ = both(Path(name))
    fills = fast.rolled.fills
    tids = fills.words["tid"].to_numpy()
    for coin in set(fills.coin.tolist()):
        mine = fills.coin == coin
        assert int(fills.lots[mine].sum()) == 0
        assert int(fills.value[mine].sum()) == 0
    assert len(set(tids.tolist())) * 2 == len(tids)


def test_the_sample_is_written_alike_for_a_seed():
    one, same = (list(sample.blocks(_opened(seed=5), 30)) for _ in range(2))
    assert one == same
    assert json.loads(one[0])["block_number"] == 757_000_001


def _opened(seed: int) -> sample.Sample:
    truth = sample.Sample(accounts=[f"0x{n:040x}" for n in range(1, 9)], seed=seed)
    truth.open()
    return truth
