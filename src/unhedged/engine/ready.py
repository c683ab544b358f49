"""Compiling ahead of a run, on two cores: the loop here, everything called by address in another process.

The loop does not know agents or policies, so both compile at once; each is kept on disk and loaded from there. When the other
process fails, or there is one core, its part is compiled here afterwards: slower, never wrong.
"""

import importlib
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from unhedged.adl.random_start import RandomStart
from unhedged.engine.build import PASSIVE, behaviour_of
from unhedged.kernels import loop, room, setup, warm
from unhedged.kernels.cache import full_name, owns
from unhedged.kernels.compiled import KEPT, ByAddress
from unhedged.scenario.plan import RunPlan
from unhedged.vocab.registry import pick


def kernels_of(plan: RunPlan) -> list[Any]:
    """Return what a run of ``plan`` compiles besides the loop: the behaviours and policies it uses, and the set-up."""
    kinds = {behaviour_of(group) for group in plan.agents if group.kind != PASSIVE}
    policies = {v.adl_policy for v in plan.venues if v.adl_on}
    found = [pick("agents", kind) for kind in sorted(kinds)]
    chosen = [pick("adl", policy) for policy in sorted(policies)]
    ours = [setup.add_event, setup.add_stop, room.shortage]
    if not all(isinstance(policy, ByAddress | RandomStart) for policy in chosen):
        ours += _of_allocations()
    return ours + [kernel for kernel in found + chosen if isinstance(kernel, ByAddress)]


def _of_allocations() -> list[Any]:
    # What allocations in Python are made of; a user's own may call any of it.
    return [
        kernel
        for name, kernel in KEPT.items()
        if name.startswith("unhedged.adl.") and not isinstance(kernel, ByAddress)
    ]


def ready(plan: RunPlan, say: Callable[[str], None] | None = None) -> None:
    """Compile what a run of ``plan`` needs, unless this version was compiled here before; ``say`` so first."""
    others = kernels_of(plan)
    if warm.is_warm([loop.run, *others]):
        return
    if say is not None:
        say(warm.notice())
    child = _compile_elsewhere([k for k in others if owns(_function(k))])
    warm.warm([loop.run])
    if child is not None:
        child.wait()
    warm.warm(others)


def _function(kernel: Any) -> Callable[..., Any]:
    return kernel.python if isinstance(kernel, ByAddress) else kernel.py_func


def _compile_elsewhere(kernels: list[Any]) -> "subprocess.Popen[bytes] | None":
    if (os.cpu_count() or 1) < 2 or not kernels:
        return None
    names = [full_name(_function(kernel)) for kernel in kernels]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    try:
        return subprocess.Popen(  # noqa: S603 - our own interpreter and our own names
            [sys.executable, "-m", "unhedged.engine.ready", *names],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    except OSError:
        return None


def compile_named(names: list[str]) -> None:
    """Compile the kernels of these full names, ``module.function``."""
    found = []
    for name in names:
        module, _, attribute = name.rpartition(".")
        found.append(getattr(importlib.import_module(module), attribute))
    warm.warm(found)


if __name__ == "__main__":
    compile_named(sys.argv[1:])
