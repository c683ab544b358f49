"""What the benchmark runs in a process of its own: ``python -m unhedged.engine.bench_child first_event|replicate SCENARIO``.

Prints one line of JSON.
"""

import io
import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

KIB = 1024


def first_event(scenario: str) -> dict[str, Any]:
    """Draw a world, handle one event, and return the CPU seconds of this process so far."""
    from unhedged.engine.build import build  # noqa: PLC0415 - imports are what is measured
    from unhedged.engine.ready import ready  # noqa: PLC0415
    from unhedged.kernels import loop  # noqa: PLC0415
    from unhedged.scenario.load import load  # noqa: PLC0415

    plan = load(scenario).plan()
    ready(plan)  # as every run does: what is called by address compiles in a second process
    built = build(plan, 0)
    loop.run(built.memory.address, 1)
    return {"cpu_s": time.process_time()}


def replicate(scenario: str) -> dict[str, Any]:
    """Run replicate 0 twice. Return what the second took, its events, the peak of memory and the bytes its tables take on disk.

    The first also loads compiled code, which a process does once.
    """
    from unhedged.engine.run import run_replicate  # noqa: PLC0415
    from unhedged.scenario.load import load  # noqa: PLC0415

    plan = load(scenario).plan()
    run_replicate(plan, 0)
    started = time.thread_time()
    done = run_replicate(plan, 0)
    seconds = time.thread_time() - started
    return {
        "cpu_s": seconds,
        "events": done.checks["events"],
        "loop_s": done.checks["cpu_seconds"],
        "peak_memory_mb": _peak_kib() * KIB / 1e6,
        "recorded_mb": sum(_bytes(frame) for frame in done.tables.values()) / 1e6,
    }


def _peak_kib() -> int:
    # Of this process alone where the system tells: `getrusage` begins with the peak of the process that started this one.
    status = Path("/proc/self/status")
    if status.is_file():
        for line in status.read_text("utf-8").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _bytes(frame: Any) -> int:
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    return buffer.tell()


if __name__ == "__main__":
    measured = {"first_event": first_event, "replicate": replicate}[sys.argv[1]](sys.argv[2])
    sys.stdout.write(json.dumps(measured) + "\n")
