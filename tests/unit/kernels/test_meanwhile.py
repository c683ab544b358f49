"""What numba does differently while kernels compile ends with it, and changes no answer."""

import numba
import pytest
from numba.core import event, types
from numba.core.codegen import JITCodeLibrary
from numba.core.errors import NumbaError
from numba.core.types.functions import BaseFunction
from numba.core.types.npytypes import Record

from unhedged.kernels import meanwhile
from unhedged.kernels.compiled import helper, kernel

PLACES = (
    (Record, "__repr__"),
    (BaseFunction, "get_call_type"),
    (event, "install_timer"),
    (event, "start_event"),
    (event, "end_event"),
    (JITCodeLibrary, "_optimize_functions"),
)
BEFORE = [(vars(owner).get(name), getattr(owner, name)) for owner, name in PLACES]


def state() -> list[object]:
    return [(vars(owner).get(name), getattr(owner, name)) for owner, name in PLACES]


def test_numba_is_changed_within_the_outermost_and_as_it_was_after_it() -> None:
    with meanwhile.sparing():
        changed = state()
        with meanwhile.sparing():
            assert state() == changed
        assert state() == changed
    assert all(ours != before for ours, before in zip(changed, BEFORE, strict=True))
    assert state() == BEFORE


def test_numba_is_as_it_was_after_an_error() -> None:
    with pytest.raises(ValueError, match="broken"), meanwhile.sparing():
        raise ValueError("broken")
    assert state() == BEFORE


def test_no_answer_outlives_the_compilation() -> None:
    @numba.njit
    def total(a: int, b: int) -> int:
        return a + b

    with meanwhile.sparing():
        assert total(1, 2) == 3
        assert meanwhile._signatures
    assert not meanwhile._signatures


def test_the_same_operator_has_a_type_for_each_kind_of_operand() -> None:
    @helper("float64(float64, int64)")
    def mixed(x: float, n: int) -> float:
        return x + n

    @kernel("int64(int64, int64)")
    def whole(a: int, b: int) -> int:
        return a + b + (a + b)

    @numba.njit
    def outside(x: float, n: int) -> float:
        return mixed(x, n) + whole(n, n) + (x + x)

    assert outside(0.5, 2) == 2.5 + 8 + 1.0


def test_what_has_no_type_is_refused_each_time() -> None:
    @kernel("int64(World)")
    def adds_a_record(w: object) -> int:
        return w + 1  # type: ignore[operator,no-any-return]

    for _ in range(2):
        with pytest.raises(NumbaError):
            adds_a_record.compile(None)
    assert state() == BEFORE


def test_somebody_who_listens_hears_of_every_function() -> None:
    @kernel("int64(int64)")
    def inner(x: int) -> int:
        return x + 1

    with event.install_recorder("numba:compile") as heard:

        @numba.njit(types.int64(types.int64))
        def outer(x: int) -> int:
            return inner(x)

    assert outer(1) == 2
    names = {one.data["dispatcher"].py_func.__name__ for _, one in heard.buffer}
    assert names == {"inner", "outer"}
