"""Drafts: internal functions are compiled into what calls them, and only there."""

import numba
import pytest
from numba.core.codegen import JITCodeLibrary, JITCPUCodegen
from numba.core.types.npytypes import Record

from unhedged.agents.background import behave
from unhedged.agents.chance import power_distance
from unhedged.kernels import drafts
from unhedged.kernels.compiled import entry, helper, kernel

BEFORE = (
    JITCodeLibrary.finalize,
    JITCPUCodegen.set_env,
    Record.__repr__,
    "finalize" in JITCodeLibrary.__dict__,
)


@helper("int64(int64)")
def double(x: int) -> int:
    return 2 * x


@kernel("int64(int64)")
def double_and_one(x: int) -> int:
    return double(x) + 1


@numba.njit(numba.int64(numba.int64))
def ordinary(x: int) -> int:
    return double_and_one(x) + double(x)


def test_an_ordinary_function_can_call_a_draft_and_what_the_draft_calls() -> None:
    assert ordinary(20) == 81


def test_an_internal_function_is_kept_as_a_draft_without_machine_code() -> None:
    ordinary(1)
    (result,) = double_and_one.overloads.values()
    assert isinstance(result.library, drafts.Draft)
    assert result.library.get_pointer_to_function("anything") == 0


def test_numba_is_as_it_was_after_compiling() -> None:
    ordinary(1)
    after = (
        JITCodeLibrary.finalize,
        JITCPUCodegen.set_env,
        Record.__repr__,
        "finalize" in JITCodeLibrary.__dict__,
    )
    assert after == BEFORE


def test_a_function_that_is_no_draft_is_finished_while_one_is_compiled() -> None:
    @numba.njit
    def seven() -> int:
        return 7

    @kernel("int64()")
    def calls_an_ordinary_function() -> int:
        return seven()

    @numba.njit
    def outside() -> int:
        return calls_an_ordinary_function() + seven()

    assert outside() == 14
    assert seven() == 7


def test_an_ordinary_function_calls_its_own_copy_after_an_agent_that_calls_the_same_was_loaded() -> (
    None
):
    assert behave.address

    @numba.njit
    def away(u: float) -> float:
        return power_distance(u, 1e-4, 1e-2, 0.0)

    assert away(0.0) == pytest.approx(1e-4)


def test_numba_optimises_as_before_after_an_entry_is_compiled() -> None:
    @entry("int64(int64)")
    def enter(x: int) -> int:
        return double(x)

    assert enter(2) == 4
    assert "_optimize_final_module" not in JITCodeLibrary.__dict__


NEVER = 0


@kernel("int64(int64)")
def leaf(x: int) -> int:
    for step in range(x):
        x += step
    return x


@kernel("int64(int64)")
def calls_leaf(x: int) -> int:
    return leaf(x) + 1


@kernel("int64(int64)")
def no_longer_calls_leaf(x: int) -> int:
    y = calls_leaf(x)
    if NEVER == 1:
        y += leaf(x)
    return y


def test_a_callee_asked_for_in_dead_code_first_is_there_for_the_callee_that_needs_it() -> None:
    @entry("int64(int64)")
    def enter(x: int) -> int:
        return no_longer_calls_leaf(x)

    enter.compile(None)
    (result,) = no_longer_calls_leaf.overloads.values()
    missing = [
        function.name
        for function in result.library._get_module_for_linking().functions
        if function.is_declaration and "leaf" in function.name
    ]
    assert missing == []
    assert enter(4) == leaf.py_func(4) + 1
