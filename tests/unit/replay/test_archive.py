"""The venue's archive: states rolled forward exactly, forced trades counted once, and every fault named by file and line."""

import json
from pathlib import Path

import lz4.frame
import numpy as np
import pytest
from tests.support import sample_archive as sample

from unhedged.replay.archive.blocks import ADL, read_fills
from unhedged.replay.archive.events import read_moves
from unhedged.replay.archive.forced import forced, needed, waves_per_coin
from unhedged.replay.archive.lines import lines
from unhedged.replay.archive.numbers import money
from unhedged.replay.archive.roll import UNKNOWN, numbered, roll
from unhedged.replay.archive.snapshot import Snapshot, read_snapshot
from unhedged.replay.archive.states import States, worth
from unhedged.replay.folder import list_folder

FILE = "node_fills_by_block/hourly/20251010/21.lz4"


class Read:
    """An archive folder, read through to states."""

    def __init__(self, folder: Path) -> None:
        self.listing = list_folder(folder)
        self.problems = list(self.listing.problems)
        self.frame = read_fills(self.listing, self.problems)
        self.snapshot = read_snapshot(self.listing, self.problems)
        self.rolled = roll(self.frame, self.listing.fills, self.snapshot, self.problems)
        moves, self.others = read_moves(self.listing, self.problems)
        names = self.rolled.names.accounts
        cash = (
            numbered(moves["account"], names),
            money(moves["amount"]),
            moves["block"].to_numpy(),
        )
        self.states = States(self.rolled, cash)
        self.forced = forced(self.rolled, self.listing.fills, self.problems)

    def held(self, at: int) -> dict[tuple[str, str], tuple[int, int]]:
        names = self.rolled.names
        return {
            (names.accounts[account], coin): (lots, cost)
            for number, coin in enumerate(names.coins)
            for account, lots, cost in zip(
                *(column.tolist() for column in self._holders(number, at)), strict=True
            )
        }

    def _holders(self, coin: int, at: int):
        found = self.states.holders(coin, at)
        return found.account, found.lots, found.cost


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("archive")
    truth = sample.small(folder)
    return truth, Read(folder)


def rewritten(folder: Path, change) -> Path:
    """A small archive whose lines went through ``change``; returns the folder."""
    truth = sample.Sample(accounts=[f"0x{n:040x}" for n in range(1, 11)])
    truth.open()
    sample.write_archive(folder, iter(change(list(sample.blocks(truth, 60)))))
    (folder / "clearinghouse_snapshot.jsonl").write_text("\n".join(truth.snapshot) + "\n")
    return folder


def only_problem(read: Read):
    assert len(read.problems) == 1, [str(problem) for problem in read.problems]
    return read.problems[0]


def test_sample_is_whole(whole):
    truth, read = whole
    assert read.problems == []
    assert len(read.rolled.fills) == 2 * truth.tid
    assert read.others == {"ValidatorRewards": 4}


def test_positions_and_entry_costs_end_where_the_market_left_them(whole):
    truth, read = whole
    expected = {key: (lots, truth.cost[key]) for key, lots in truth.pos.items() if lots}
    assert read.held(len(read.rolled.fills)) == expected


def test_wallets_end_where_the_market_left_them(whole):
    truth, read = whole
    wallets = read.states.wallets(len(read.rolled.fills))
    found = dict(zip(read.rolled.names.accounts, wallets.tolist(), strict=True))
    assert found == truth.wallet


def test_states_in_the_middle_are_those_of_a_replay_fill_by_fill(whole):
    # The sequential definition, an account and coin at a time, against sums read off at any fill.
    _, read = whole
    fills, names = read.rolled.fills, read.rolled.names
    accounts = len(names.accounts)
    keys = read.rolled.pairs.tolist()
    state = dict(
        zip(
            keys,
            zip(read.rolled.position0.tolist(), read.rolled.cost0.tolist(), strict=True),
            strict=True,
        )
    )
    for at in range(len(fills)):
        if at % 97 == 0:
            expected = {
                (names.accounts[key % accounts], names.coins[key // accounts]): value
                for key, value in state.items()
                if value[0]
            }
            assert read.held(at) == expected
        key = int(fills.coin[at]) * accounts + int(fills.account[at])
        lots, cost = state[key]
        state[key] = lots + int(fills.lots[at]), cost + int(fills.value[at]) + int(fills.pnl[at])


def test_positions_of_a_coin_cancel_at_every_moment_between_trades(whole):
    _, read = whole
    for at in range(0, len(read.rolled.fills), 38):
        for coin in range(len(read.rolled.names.coins)):
            assert int(read.states.holders(coin, at).lots.sum()) == 0


def test_equity_is_wallet_and_unrealised_profit_summed_account_by_account(whole):
    _, read = whole
    at = len(read.rolled.fills)
    ticks = np.array([1_000_000, 30_000, 3_500])
    wallets, equities = read.states.wallets(at), read.states.equities(at, ticks)
    expected = wallets.copy()
    for (account, name), (lots, cost) in read.held(at).items():
        coin = read.rolled.names.coins.index(name)
        unit = 10 ** (
            6 - int(read.rolled.names.lot_places[coin] + read.rolled.names.tick_places[coin])
        )
        expected[read.rolled.names.accounts.index(account)] += lots * int(ticks[coin]) * unit - cost
    assert equities.tolist() == expected.tolist()
    unknown = read.states.equities(at, np.array([-1, 30_000, 3_500]))
    holders = {account for account, name in read.held(at) if name == "BTC"}
    names = np.array(read.rolled.names.accounts)
    assert {str(name) for name in names[unknown == UNKNOWN]} == holders


def test_adl_fills_are_the_winners_legs_and_counted_once(whole):
    truth, read = whole
    fills, names = read.rolled.fills, read.rolled.names
    found = [
        (fills.words["time"][int(n)], names.coins[fills.coin[n]], names.accounts[fills.account[n]], abs(int(fills.lots[n])), int(fills.ticks[n]))
        for n in read.forced.adl
    ]  # fmt: skip
    assert found == truth.adl
    assert len(found) > 20
    assert set(read.forced.loser) == {sample.VAULT}


def test_liquidation_object_on_both_legs_is_counted_once(whole):
    _, read = whole
    assert len(read.forced.backstop) == 8
    assert read.forced.legs == 2 * (len(read.forced.backstop) + len(read.forced.adl))
    assert len(read.forced.market) == 0


def test_needed_has_the_sign_of_the_gap_and_size_of_the_fill(whole):
    _, read = whole
    fills, names = read.rolled.fills, read.rolled.names
    for n, mark, atoms in zip(
        read.forced.adl, read.forced.mark, needed(read.rolled, read.forced), strict=True
    ):
        coin = fills.coin[n]
        unit = 10 ** (6 - int(names.lot_places[coin] + names.tick_places[coin]))
        assert fills.lots[n] > 0  # winners of the sample are shorts that buy back
        assert atoms == (int(fills.ticks[n]) - int(mark)) * int(fills.lots[n]) * unit
    assert (needed(read.rolled, read.forced) < 0).any()


def test_without_a_snapshot_cash_is_unknown_and_entries_follow_where_a_position_was_closed(whole):
    _, read = whole
    bare = roll(read.frame, read.listing.fills, Snapshot(), [])
    assert (bare.wallet0 == UNKNOWN).all()
    known = bare.cost0 != UNKNOWN
    at = np.searchsorted(read.rolled.pairs, bare.pairs)
    assert known.sum() > (bare.position0 == 0).sum()
    assert (bare.cost0[known] == read.rolled.cost0[at][known]).all()
    assert (States(bare).wallets(5) == UNKNOWN).all()


@pytest.mark.parametrize(("gap", "waves"), [(3_000, 2), (2_999, 4), (6_000, 2)])
def test_waves_by_coin_are_looked_at_alone(gap, waves):
    times, coin = np.array([0, 1_000, 3_000, 4_000]), np.array([0, 1, 0, 1])
    assert waves_per_coin(coin, times, gap) == waves
    assert waves_per_coin(np.zeros(0, np.int64), np.zeros(0, np.int64), gap) == 0


def test_amounts_finer_than_an_atom_are_cut_alike_on_both_sides(whole):
    _, read = whole
    rolled = read.rolled
    places = rolled.names.lot_places.copy()
    rolled.names.lot_places = places + 3
    try:
        coin = np.zeros(2, np.int64)
        values = worth(rolled, coin, np.array([12_345, -12_345]), np.array([7, 7]))
    finally:
        rolled.names.lot_places = places
    assert values.tolist() == [86, -86]


def test_archive_file_cut_short_gives_its_whole_lines(tmp_path):
    rewritten(tmp_path, lambda all_lines: all_lines)
    path = tmp_path / FILE
    path.write_bytes(path.read_bytes()[:-200])
    problem = only_problem(Read(tmp_path))
    assert problem.file == FILE
    assert "cut short" in problem.what


def test_file_that_is_no_lz4_is_named(tmp_path):
    rewritten(tmp_path, lambda all_lines: all_lines)
    (tmp_path / FILE).write_bytes(b"not packed at all")
    problem = only_problem(Read(tmp_path))
    assert (problem.file, problem.row) == (FILE, 1)
    assert "cannot be unpacked" in problem.what


def test_line_cut_short_is_named_and_the_lines_before_it_are_read(tmp_path):
    def cut(all_lines):
        return [*all_lines[:-1], all_lines[-1][:80]]

    read = Read(rewritten(tmp_path, cut))
    assert only_problem(read).row == 60
    assert set(read.frame["row"]) == set(range(1, 60))


def test_lines_of_two_frames_are_one_file(tmp_path):
    rewritten(tmp_path, lambda all_lines: all_lines)
    path = tmp_path / FILE
    one = sample.write_archive(tmp_path / "a", iter(["one\n", "two\n"])).read_bytes()
    path.write_bytes(one + one)
    found = [line for _, chunk in lines(path, FILE, []) for line in chunk]
    assert found == [b"one", b"two", b"one", b"two"]


def test_line_that_is_no_block_is_named_and_its_absence_is_a_gap(tmp_path):
    def break_one(all_lines):
        return [*all_lines[:9], '{"block_number": 1}\n', *all_lines[10:]]

    read = Read(rewritten(tmp_path, break_one))
    kinds = [(problem.row, problem.what.split(":")[0]) for problem in read.problems]
    assert (10, "is no block of fills") in kinds
    assert any(
        row == 11 and "1 missing" in problem.what
        for (row, _), problem in zip(kinds, read.problems, strict=True)
    )


def test_gap_in_block_numbers_is_named(tmp_path):
    read = Read(rewritten(tmp_path, lambda all_lines: [*all_lines[:58], *all_lines[59:]]))
    gap = read.problems[0]
    assert (gap.file, gap.row) == (FILE, 59)
    assert "block 757000060 follows 757000058: 1 missing" in gap.what


def test_file_that_stands_twice_is_counted_once(tmp_path):
    whole = Read(rewritten(tmp_path / "one", lambda all_lines: all_lines))
    rewritten(tmp_path / "two" / "a", lambda all_lines: all_lines)
    copy = tmp_path / "two" / "b" / FILE
    copy.parent.mkdir(parents=True)
    copy.write_bytes((tmp_path / "two" / "a" / FILE).read_bytes())
    read = Read(tmp_path / "two")
    assert read.frame.height == whole.frame.height
    problem = only_problem(read)
    assert (problem.file, problem.row) == (f"b/{FILE}", 1)
    assert f"a/{FILE}" in problem.what
    assert "and 59 more such lines in this file" in problem.what


def changed_fill(all_lines, line, **fields):
    """Lines with fields of the first fill of a line changed."""
    block = json.loads(all_lines[line])
    block["events"][0][1].update(fields)
    return [*all_lines[:line], json.dumps(block) + "\n", *all_lines[line + 1 :]]


def test_start_position_that_contradicts_the_tally_is_named(tmp_path):
    def contradict(all_lines):
        seen = {event[0]: event[1]["coin"] for event in json.loads(all_lines[5])["events"]}
        for number, line in enumerate(all_lines[6:], 6):
            first = json.loads(line)["events"][0]
            if seen.get(first[0]) == first[1]["coin"]:
                where.append(number)
                return changed_fill(all_lines, number, startPosition="12345.0")
        raise AssertionError

    where: list[int] = []
    read = Read(rewritten(tmp_path, contradict))
    problem = read.problems[0]
    assert (problem.file, problem.row) == (FILE, where[0] + 1)
    assert "startPosition" in problem.what
    assert "is 12345; the fills before it leave" in problem.what
    account = problem.what.split()[2]
    assert read.rolled.names.accounts.index(account) in read.rolled.doubtful


def test_first_position_that_contradicts_the_snapshot_is_named(tmp_path):
    folder = rewritten(tmp_path, lambda all_lines: all_lines)
    path = folder / "clearinghouse_snapshot.jsonl"
    states = [json.loads(line) for line in path.read_text().splitlines()]
    held = next(state for state in states if state["positions"])
    held["positions"][0]["size"] = "98765.0"
    path.write_text("\n".join(json.dumps(state) for state in states) + "\n")
    problem = only_problem(Read(folder))
    assert held["account"] in problem.what
    assert "the snapshot has 98765" in problem.what


def test_unknown_direction_is_named_and_moves_the_position(tmp_path):
    read = Read(rewritten(tmp_path, lambda all_lines: changed_fill(all_lines, 3, dir="Teleport")))
    problem = only_problem(read)
    assert (problem.file, problem.row) == (FILE, 4)
    assert 'dir "Teleport" is unknown (1 fills)' in problem.what
    assert read.rolled.directions["Teleport"] == 1


def test_fill_whose_number_is_none_is_named_and_left_out(tmp_path):
    read = Read(rewritten(tmp_path, lambda all_lines: changed_fill(all_lines, 59, px="cheap")))
    assert read.problems[0].row == 60
    assert 'px "cheap"' in read.problems[0].what
    assert any("legs that do not cancel" in problem.what for problem in read.problems)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"px": "-5.0"}, 'has px "-5.0" and sz'),
        ({"sz": "0.0"}, 'and sz "0.0"; both must be above zero'),
        ({"sz": "-1.0"}, "both must be above zero"),
        ({"sz": "999999999999.0"}, 'sz "999999999999.0", start'),
        ({"px": "999999999999999.0"}, 'px "999999999999999.0", sz'),
        ({"side": "Buy"}, 'has side "Buy"; B (bought) and A (sold) are known'),
    ],
)
def test_fill_that_cannot_be_is_named_and_left_out(tmp_path, fields, says):
    read = Read(rewritten(tmp_path, lambda all_lines: changed_fill(all_lines, 59, **fields)))
    assert (read.problems[0].file, read.problems[0].row) == (FILE, 60)
    assert says in read.problems[0].what
    assert len(read.rolled.fills) == read.frame.height - 1


def changed_snapshot(folder: Path, change) -> Read:
    """The small archive, read with the states of its snapshot changed in place."""
    rewritten(folder, lambda all_lines: all_lines)
    path = folder / "clearinghouse_snapshot.jsonl"
    states = [json.loads(line) for line in path.read_text().splitlines()]
    change(states)
    path.write_text("\n".join(json.dumps(state) for state in states) + "\n")
    return Read(folder)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"cash": "9999999999999999.5"}, 'has cash "9999999999999999.5"'),
        ({"cash": "inf"}, 'has cash "inf"'),
        ({"positions": [{"coin": "BTC", "size": "1234567890123456.75", "entry": "1.0"}]}, "at most 15 digits"),
        ({"positions": [{"coin": "BTC", "size": "1.0", "entry": "-1.0"}]}, "at most 15 digits"),
        ({"positions": [{"coin": "BTC", "size": "1e16", "entry": "1e16"}]}, "at most 15 digits"),
    ],
)  # fmt: skip
def test_account_of_the_snapshot_that_cannot_be_held_is_named_and_left_out(tmp_path, wrong, says):
    read = changed_snapshot(tmp_path, lambda states: states[2].update(wrong))
    assert (read.problems[0].file, read.problems[0].row) == ("clearinghouse_snapshot.jsonl", 3)
    assert says in read.problems[0].what
    assert len(read.snapshot.accounts) == 10


def test_account_that_stands_twice_with_different_cash_is_unknown(tmp_path):
    read = changed_snapshot(tmp_path, lambda states: states.append({**states[0], "cash": "1.0"}))
    assert read.problems[0].row == 12
    assert "stands a second time, with another state" in read.problems[0].what
    assert len(read.snapshot.accounts) == 10
    number = read.rolled.names.accounts.index(f"0x{1:040x}")
    assert read.states.wallets(5)[number] == UNKNOWN


def test_account_that_stands_twice_with_one_state_is_read_once(tmp_path):
    read = changed_snapshot(tmp_path, lambda states: states.append(dict(states[0])))
    assert "stands a second time." in only_problem(read).what
    assert len(read.snapshot.accounts) == 11


MISC = "misc_events_by_block/hourly/20251010/21.lz4"


def misc(folder: Path, change) -> Read:
    """The small archive with other events whose lines went through ``change``."""
    truth = sample.small(folder)
    assert truth.wallet
    all_lines = lz4.frame.decompress((folder / MISC).read_bytes()).decode().splitlines(True)
    sample.write_archive(folder, iter(change(all_lines)), kind="misc_events_by_block")
    return Read(folder)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('"usdc": "5.0"', '"usdc": "abc"', 'usdc is "abc"; a number below'),
        ('"usdc": "5.0"', '"usdc": null', "usdc is null; a number below"),
        ('"usdc": "5.0"', '"usdc": "1e12"', 'usdc is "1e12"; a number below'),
        ('"fundingAmount": "', '"fundingAmount": "x', 'fundingAmount is "x'),
        ('"deltas": [', '"deltas": ["q",', 'a delta is "q"; an object is expected'),
        ('"deltas": [', '"deltas": 7, "more": [', "deltas is 7; a list is expected"),
        ('"users": ["', '"users": [7, "', "a user is 7; an account is expected"),
        ('"inner": {"Funding"', '"inner": ["Funding"], "x": {"Funding"', 'inner is ["Funding"]'),
        ('"delta": {"type": "deposit", "usdc": "5.0"}', '"delta": "deposit"', 'delta is "deposit"'),
    ],
)
def test_cash_move_that_cannot_be_read_is_named_and_takes_no_other_with_it(tmp_path, old, new, says):  # fmt: skip
    whole = misc(tmp_path / "whole", lambda all_lines: all_lines)

    def change(all_lines):
        assert old in all_lines[50]
        return [*all_lines[:50], all_lines[50].replace(old, new, 1), *all_lines[51:]]

    read = misc(tmp_path / "changed", change)
    problem = only_problem(read)
    assert (problem.file, problem.row) == (MISC, 51)
    assert says in problem.what
    assert read.others == whole.others
    lost = whole.states._cash[-1] - read.states._cash[-1]
    assert (lost != 0) == ('"q"' not in new)


def test_other_events_that_come_twice_are_counted_once_and_a_missing_line_is_a_gap(tmp_path):
    def change(all_lines):
        return [*all_lines[:51], all_lines[50], *all_lines[51:99], *all_lines[100:]]

    whole, read = misc(tmp_path / "a", list), misc(tmp_path / "b", change)
    gap, twice = read.problems
    assert (gap.row, twice.row) == (101, 52)
    assert "1 missing" in gap.what
    assert f"block 757000051 after block 757000051 ({MISC}, row 51)" in twice.what
    assert (whole.states._cash == read.states._cash).all()
    copy = tmp_path / "a" / "copy" / MISC
    copy.parent.mkdir(parents=True)
    copy.write_bytes((tmp_path / "a" / MISC).read_bytes())
    again = Read(tmp_path / "a")
    assert "199 more such lines" in only_problem(again).what
    assert (whole.states._cash == again.states._cash).all()


def test_account_with_two_entry_prices_in_the_snapshot_is_named_and_left_out(tmp_path):
    folder = rewritten(tmp_path, lambda all_lines: all_lines)
    path = folder / "clearinghouse_snapshot.jsonl"
    states = [json.loads(line) for line in path.read_text().splitlines()]
    row = next(n for n, state in enumerate(states) if state["positions"])
    states[row]["positions"].append({**states[row]["positions"][0], "entry": "1.0"})
    path.write_text("\n".join(json.dumps(state) for state in states) + "\n")
    read = Read(folder)
    problem = only_problem(read)
    assert (problem.file, problem.row) == ("clearinghouse_snapshot.jsonl", row + 1)
    assert "two entry prices" in problem.what
    number = read.rolled.names.accounts.index(states[row]["account"])
    assert read.states.wallets(5)[number] == UNKNOWN


def test_spot_fills_are_counted_apart_and_move_no_position(tmp_path):
    def spot(all_lines):
        return changed_fill(all_lines, 59, dir="Buy", coin="@107")

    read = Read(rewritten(tmp_path, spot))
    assert read.rolled.spot_fills == 1
    assert "@107" not in read.rolled.names.coins


def test_sample_has_the_shape_the_venue_documents():
    truth = sample.Sample(accounts=[f"0x{n:040x}" for n in range(1, 11)])
    truth.open()
    found = [json.loads(line) for line in sample.blocks(truth, 60)]
    fills = [event[1] for block in found for event in block["events"]]
    assert {fill["dir"] for fill in fills} >= {"Open Long", "Close Short", "Long > Short", ADL}
    forced_fills = [fill for fill in fills if "liquidation" in fill]
    assert {tuple(fill["liquidation"]) for fill in forced_fills} == {
        ("liquidatedUser", "markPx", "method")
    }
    assert all(
        isinstance(fill[name], str)
        for fill in fills
        for name in ("px", "sz", "startPosition", "closedPnl")
    )


EXAMPLE = """{"local_time":"2025-10-10T21:16:04.912345678","block_time":"2025-10-10T21:16:04.831938163","block_number":757000001,
 "events":[
  ["0xaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
   {"coin":"BTC","px":"106427.0","sz":"0.25","side":"B","time":1760130964831,"startPosition":"-0.75",
    "dir":"Auto-Deleveraging","closedPnl":"2476.25","hash":"0x00","oid":1,"crossed":false,"fee":"0.0","feeToken":"USDC",
    "tid":11,"twapId":null,
    "liquidation":{"liquidatedUser":"0xbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","markPx":"106402.0","method":"backstop"}}],
  ["0xbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
   {"coin":"BTC","px":"106427.0","sz":"0.25","side":"A","time":1760130964831,"startPosition":"3.0",
    "dir":"Liquidated Cross Long","closedPnl":"-3120.0","hash":"0x00","oid":2,"crossed":true,"fee":"0.0","feeToken":"USDC",
    "tid":11,"twapId":null,
    "liquidation":{"liquidatedUser":"0xbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","markPx":"106402.0","method":"backstop"}}]]}"""
"""One block as the venue's archive has it: one winner's short bought back from one bankrupt long."""


def test_one_documented_block_by_hand(tmp_path):
    sample.write_archive(tmp_path, iter([EXAMPLE.replace("\n", "") + "\n"]))
    read = Read(tmp_path)
    assert read.problems == []
    assert len(read.forced.adl) == 1
    assert (len(read.forced.backstop), len(read.forced.market), read.forced.legs) == (0, 0, 2)
    assert read.forced.loser == ["0x" + "b" * 40]
    # Bought back 25 dollars above the mark: 0.25 coins need 6.25.
    assert needed(read.rolled, read.forced).tolist() == [6_250_000]
    positions = {account: lots for (account, _), (lots, _) in read.held(2).items()}
    assert positions == {"0x" + "a" * 40: -50, "0x" + "b" * 40: 275}


def test_hours_follow_one_another_as_one_archive(tmp_path):
    truth = sample.Sample(accounts=[f"0x{n:040x}" for n in range(1, 11)])
    truth.open()
    all_lines = list(sample.blocks(truth, 60))
    sample.write_archive(tmp_path / "one", iter(all_lines))
    sample.write_archive(tmp_path / "two", iter(all_lines[30:]), hour=21)
    sample.write_archive(tmp_path / "two", iter(all_lines[:30]), hour=9)
    one, two = Read(tmp_path / "one"), Read(tmp_path / "two")
    assert two.problems == []
    assert two.listing.fills[0].endswith("/9.lz4")
    assert one.held(len(one.rolled.fills)) == two.held(len(two.rolled.fills))


def test_files_of_the_older_form_are_named(tmp_path):
    sample.write_archive(tmp_path, iter(["{}\n"]), kind="node_fills")
    problem = only_problem(Read(tmp_path))
    assert "older form" in problem.what
    assert problem.file == "node_fills/hourly/20251010/21.lz4"


def test_fee_in_another_token_is_not_taken_off_cash_and_counted(tmp_path):
    read = Read(rewritten(tmp_path, lambda all_lines: changed_fill(all_lines, 59, feeToken="HYPE", fee="9999.0")))  # fmt: skip
    assert read.rolled.other_fees == 1
    assert int(read.rolled.fills.fee.max()) < 9_999 * 10**6


def test_mark_that_is_no_number_is_named_and_its_fill_left_out(tmp_path):
    def spoil(all_lines):
        number = next(n for n, line in enumerate(all_lines) if "liquidation" in line)
        block = json.loads(all_lines[number])
        for _, fill in block["events"]:
            if "liquidation" in fill:
                fill["liquidation"]["markPx"] = "near"
        return [*all_lines[:number], json.dumps(block) + "\n", *all_lines[number + 1 :]]

    read = Read(rewritten(tmp_path, spoil))
    assert 'mark "near"' in read.problems[0].what


def test_number_of_too_many_digits_is_named_and_left_out(tmp_path):
    read = Read(rewritten(tmp_path, lambda all_lines: changed_fill(all_lines, 59, px="123456789.0123456789")))  # fmt: skip
    assert read.problems[0].row == 60
    assert "at most 15 digits" in read.problems[0].what


def changed_state(folder: Path, change) -> Path:
    """An archive whose snapshot's first account with a position went through ``change``."""
    path = folder / "clearinghouse_snapshot.jsonl"
    states = [json.loads(line) for line in path.read_text().splitlines()]
    change(next(state for state in states if state["positions"]))
    path.write_text("\n".join(json.dumps(state) for state in states) + "\n")
    return folder


@pytest.mark.parametrize(
    "change",
    [
        lambda state: state.update(cash="much"),
        lambda state: state["positions"][0].update(size="inf"),
        lambda state: state["positions"][0].update(entry=""),
    ],
)
def test_number_of_the_snapshot_that_is_none_is_named(tmp_path, change):
    folder = rewritten(tmp_path, lambda all_lines: all_lines)
    problem = only_problem(Read(changed_state(folder, change)))
    assert problem.file == "clearinghouse_snapshot.jsonl"
    assert "no number" in problem.what


def test_position_that_the_snapshot_lacks_is_named(tmp_path):
    folder = rewritten(tmp_path, lambda all_lines: all_lines)
    problem = only_problem(Read(changed_state(folder, lambda state: state.update(positions=[]))))
    assert "the snapshot has 0" in problem.what


def test_account_that_comes_after_the_snapshot_begins_with_nothing(tmp_path):
    folder = rewritten(tmp_path, lambda all_lines: all_lines)
    path = folder / "clearinghouse_snapshot.jsonl"
    states = [json.loads(line) for line in path.read_text().splitlines()]
    gone = next(state for state in states if not state["positions"])
    kept = [json.dumps(state) for state in states if state is not gone]
    path.write_text("\n".join(kept) + "\n")
    read = Read(folder)
    number = read.rolled.names.accounts.index(gone["account"])
    assert read.rolled.wallet0[number] == 0
    assert (read.rolled.wallet0 != UNKNOWN).all()
    assert read.problems == []
