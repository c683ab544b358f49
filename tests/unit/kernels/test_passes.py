"""Internal functions go through the passes they need; what needs others is refused, not compiled wrongly."""

import numba
import pytest
from numba.core.errors import NumbaError

from unhedged.kernels.compiled import helper, kernel, rule
from unhedged.kernels.passes import Lean
from unhedged.kernels.wide import divide_wide, mul_div_ceil, mul_div_floor
from unhedged.rules import margin

PAIR = (3, 5)


@kernel("int64(int64)")
def third_of_three(x: int) -> int:
    row = (x, PAIR[1], 2 * x)
    return row[2] if x > 0 else row[1]


@helper("int64(int64)")
def positive(x: int) -> int:
    if x <= 0:
        raise ValueError("not positive")
    last = 0
    for step in range(x):
        if step % 2 == 0:
            last = step
        else:
            last += 1
    return last


@numba.njit
def outside(x: int) -> int:
    return third_of_three(x) + positive(x)


def test_kernels_helpers_and_rules_share_one_pipeline() -> None:
    compiled = rule(margin.top_ups)
    for one in (third_of_three, positive, compiled, divide_wide, mul_div_floor, mul_div_ceil):
        assert one._compiler.pipeline_class is Lean


def test_constant_indices_branches_loops_and_exceptions_compile_as_they_read() -> None:
    for x in (1, 2, 5, 6):
        assert outside(x) == third_of_three.py_func(x) + positive.py_func(x)
    with pytest.raises(ValueError, match="not positive"):
        outside(0)


def test_a_kernel_with_a_function_inside_is_refused() -> None:
    @kernel("int64(int64)")
    def sums(x: int) -> int:
        def twice(y: int) -> int:
            return 2 * y + x

        return twice(x)

    with pytest.raises(NumbaError):
        sums.compile(None)


def test_a_kernel_with_a_comprehension_is_refused() -> None:
    @kernel("int64(int64)")
    def adds(x: int) -> int:
        return len([y + x for y in range(x)])

    with pytest.raises(NumbaError):
        adds.compile(None)
