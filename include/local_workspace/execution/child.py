"""What happens in the fork: the process becomes a run, as a cluster would have started it."""

import atexit
import json
import os
import random
import sys
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from local_workspace.execution import belonging, engine
from local_workspace.execution.entry_points import find_entry_point, run_file
from local_workspace.execution.order import LOG, OUTCOME, SCRATCH, Catalog, Order, Outcome

TOLD = 20_000
"""Characters of an error or a traceback that are kept beside the log."""


def carry_out(order: Order) -> None:
    """Run the code, then leave the outcome beside the log."""
    directory = Path(order["directory"])
    _enter(order, directory)
    with engine.session(order["catalog"], order["warehouse"]) as read_back:
        error = _attempt(order)
        catalog = _asked(read_back)
        _finish_python()
    _leave(directory / OUTCOME, _outcome(error, catalog))


def _enter(order: Order, directory: Path) -> None:
    log = os.open(directory / LOG, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(line_buffering=True)  # type: ignore[union-attr] # the real ones, both TextIOWrapper
    os.chdir(directory / SCRATCH)
    _become_the_first_to_go()
    mark = {belonging.MARK: os.environ[belonging.MARK]}
    os.environ.clear()
    os.environ.update({**order["environment"], **mark})
    sys.path[:] = [*order["import_paths"], *(path for path in sys.path if _belongs_to_python(path))]
    sys.argv[:] = [order["target"], *order["parameters"]]
    _shuffle_anew()


def _become_the_first_to_go() -> None:
    """When the machine itself runs out of memory, Linux shall end a run rather than the workspace."""
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")


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


def _asked(read_back: Callable[[], Catalog]) -> Catalog | None:
    """What the session knows; None, and a word in the log, where it does not tell. The code's own outcome stands."""
    try:
        return read_back()
    except Exception as error:  # noqa: BLE001 - the code had the session in its hands and can have done anything to it
        sys.stderr.write(f"The session does not tell its tables; none is taken for dropped. {error}\n")
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
    return Outcome(succeeded=False, error=_shortened(last), trace=_shortened(trace), catalog=catalog)


def _shortened(text: str) -> str:
    """Both ends of a text that is too long to be handed around: an exception can hold a whole data set."""
    if len(text) <= TOLD:
        return text
    return f"{text[: TOLD // 2]}\n[... {len(text) - TOLD} characters left out ...]\n{text[-TOLD // 2 :]}"


def _below_this_module(error: BaseException) -> TracebackType | None:
    step = error.__traceback__
    while step is not None and step.tb_frame.f_code.co_filename == __file__:
        step = step.tb_next
    return step


def _leave(path: Path, outcome: Outcome) -> None:
    unfinished = path.with_suffix(".part")
    unfinished.write_text(json.dumps(outcome))
    unfinished.replace(path)
