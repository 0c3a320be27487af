"""What happens in the fork: the process becomes a run, as a cluster would have started it."""

import atexit
import json
import os
import random
import sys
import threading
import traceback
from pathlib import Path
from types import TracebackType

from local_workspace.execution import engine
from local_workspace.execution.entry_points import find_entry_point, run_file
from local_workspace.execution.order import LOG, OUTCOME, SCRATCH, Catalog, Order, Outcome


def carry_out(order: Order) -> None:
    """Run the code, then leave the outcome beside the log."""
    directory = Path(order["directory"])
    _enter(order, directory)
    with engine.session(order["catalog"], order["warehouse"]) as session:
        error = _attempt(order)
        catalog = session.catalog()
        _finish_python()
    _leave(directory / OUTCOME, _outcome(error, catalog))


def _enter(order: Order, directory: Path) -> None:
    log = os.open(directory / LOG, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(line_buffering=True)  # type: ignore[union-attr] # the real ones, both TextIOWrapper
    os.chdir(directory / SCRATCH)
    os.environ.clear()
    os.environ.update(order["environment"])
    sys.path[:] = [*order["import_paths"], *(path for path in sys.path if _belongs_to_python(path))]
    sys.argv[:] = [order["target"], *order["parameters"]]
    _shuffle_anew()


def _belongs_to_python(path: str) -> bool:
    """A cluster has the interpreter's libraries; what else this machine has on its path does not exist there."""
    return path.startswith((sys.prefix, sys.base_prefix))


def _shuffle_anew() -> None:
    """Every fork would otherwise draw the same random numbers."""
    import numpy as np

    random.seed()
    np.random.seed()


def _attempt(order: Order) -> BaseException | None:
    """The exception that ended the code, or None. `sys.exit(0)` is a good end, as it is for any program."""
    try:
        if order["kind"] == "wheel":
            find_entry_point(order["target"], order["entry_point"], order["import_paths"])()
        else:
            run_file(order["target"])
    except SystemExit as leaving:
        return leaving if leaving.code else None
    except BaseException as error:  # noqa: BLE001 - the code is not ours; whatever it raises is its outcome
        return error
    return None


def _finish_python() -> None:
    """What an interpreter does before it ends and `os._exit` would skip: wait for threads, call what was registered."""
    threading._shutdown()  # type: ignore[attr-defined] # multiprocessing ends its forks by the same call
    atexit._run_exitfuncs()


def _outcome(error: BaseException | None, catalog: Catalog | None) -> Outcome:
    if error is None:
        return Outcome(succeeded=True, error="", trace="", catalog=catalog)
    trace = "".join(traceback.format_exception(error.with_traceback(_below_this_module(error))))
    sys.stderr.write(trace)
    last = "".join(traceback.format_exception_only(error)).strip()
    return Outcome(succeeded=False, error=last, trace=trace, catalog=catalog)


def _below_this_module(error: BaseException) -> TracebackType | None:
    step = error.__traceback__
    while step is not None and step.tb_frame.f_code.co_filename == __file__:
        step = step.tb_next
    return step


def _leave(path: Path, outcome: Outcome) -> None:
    unfinished = path.with_suffix(".part")
    unfinished.write_text(json.dumps(outcome))
    unfinished.replace(path)
