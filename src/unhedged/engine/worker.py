"""How a process that runs replicates for another one begins, and that it ends with it."""

import os
import signal
from multiprocessing import parent_process
from threading import Thread


def begin() -> None:
    """Prepare this process as a worker: one thread for each library, Ctrl-C left to the parent, no life without it.

    Called first in the worker, before the libraries that read the environment are imported.
    """
    # One thread each: the cores are taken by the other workers.
    os.environ.update(POLARS_MAX_THREADS="1", NUMBA_NUM_THREADS="1")
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    # A worker that waits for its next replicate never learns that a killed parent will send none: it holds the pipe's other end too.
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
