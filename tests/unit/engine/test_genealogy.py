"""Who caused whom, by hand, on the plain rules; the compiled ones agree with them case by case in tests/differential/test_loop.py."""

from types import SimpleNamespace

from unhedged.reference.genealogy import Pushes, parent_of


def chain(window: int) -> Pushes:
    """A mark of 100 at its first update; case 7 sold after it, which moved the mid from 100 to 99."""
    pushes = Pushes(window)
    pushes.begin(100_000)
    pushes.note(7, 100_000, 99_000)
    return pushes


def test_the_order_that_moved_the_mark_is_the_parent():
    assert chain(1).parent(99_200, falls=True) == 7


def test_half_of_the_move_is_enough_and_less_is_not():
    assert chain(1).parent(98_000, falls=True) == 7
    assert chain(1).parent(97_999, falls=True) == -1


def test_a_chain_of_three():
    pushes = chain(1)
    pushes.begin(99_200)
    pushes.note(8, 99_000, 95_500)  # whose parent is 7
    assert pushes.parent(95_000, falls=True) == 8
    pushes.begin(95_000)
    assert (
        pushes.parent(94_000, falls=True) == -1
    )  # the mark went on falling, but nobody was forced since


def test_pushes_count_as_long_as_the_mark_averages_over_them():
    pushes = chain(2)
    pushes.begin(99_900)
    assert pushes.parent(99_000, falls=True) == 7
    pushes.begin(99_000)
    assert pushes.parent(98_900, falls=True) == -1


def test_the_largest_push_counts_and_those_the_other_way_count_against():
    pushes = chain(3)
    pushes.note(8, 99_000, 97_000)
    pushes.note(9, 97_000, 96_500)
    assert pushes.parent(97_000, falls=True) == 8
    pushes.note(10, 96_500, 99_000)  # a short bought back
    assert pushes.parent(97_000, falls=True) == -1
    assert pushes.parent(101_000, falls=False) == -1


def test_an_empty_book_pushes_nothing_and_no_window_has_no_parents():
    pushes = Pushes(1)
    pushes.begin(100_000)
    pushes.note(7, 0, 99_000)
    assert pushes.parent(99_000, falls=True) == -1
    assert chain(0).parent(99_000, falls=True) == -1


def test_the_position_that_lost_most_by_the_latest_update_decides():
    def exchange(previous: int, mark: int, case: int) -> SimpleNamespace:
        pushes = Pushes(1)
        pushes.begin(previous)
        pushes.note(case, previous, previous + 2 * (mark - previous))
        contract = SimpleNamespace(previous=previous, mark=mark)
        return SimpleNamespace(
            contract=contract, pushes=pushes, worth=lambda lots, milli: lots * milli
        )

    books = [exchange(100, 90, 3), exchange(100, 80, 4), exchange(100, 120, 5)]
    held = {0: 10, 1: 4, 2: 1}
    account = SimpleNamespace(
        open=lambda: [i for i in held if held[i]],
        holdings={i: SimpleNamespace(pos=pos) for i, pos in held.items()},
    )
    assert parent_of(books, account) == 3  # a fall by 10 on 10 lots, against one by 20 on 4
    account.holdings[2].pos = -6  # a short loses most as the mark rises
    assert parent_of(books, account) == 5
    account.holdings = {i: SimpleNamespace(pos=0) for i in held}
    account.open = lambda: [2]
    account.holdings[2].pos = 1
    assert parent_of(books, account) == -1  # it gained
