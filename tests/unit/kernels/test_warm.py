"""Compiling ahead leaves the process as it was."""

import gc

import pytest

from unhedged.kernels import warm


class Kernel:
    """Stands in for a kernel whose compilation may fail."""

    signatures: tuple[str, ...] = ()

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.collected: bool | None = None

    def compile(self, _types: object) -> None:
        self.collected = gc.isenabled()
        if self.error is not None:
            raise self.error


@pytest.fixture
def collecting():
    on = gc.isenabled()
    yield
    (gc.enable if on else gc.disable)()


@pytest.mark.parametrize("on", [True, False])
@pytest.mark.parametrize("error", [None, ValueError("no such type")])
def test_the_collector_rests_while_kernels_compile_and_no_longer(
    collecting, monkeypatch, on, error
):
    (gc.enable if on else gc.disable)()
    monkeypatch.setattr(warm, "_remember", lambda names: None)
    monkeypatch.setattr(warm, "_name", lambda kernel: "a kernel")
    kernel = Kernel(error)
    if error is None:
        warm.warm([kernel])
    else:
        with pytest.raises(ValueError, match="no such type"):
            warm.warm([kernel])
    assert kernel.collected is False
    assert gc.isenabled() is on
