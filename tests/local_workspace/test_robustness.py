"""A workspace under load, with greedy runs, and with its processes killed one by one."""

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psutil
import pytest
from databricks.sdk.service.jobs import Run
from tests.local_workspace.support import Lab, Server, is_alive, task_run, wait_until

SLOTS = 4
MANY = 200
MIB = 1024 * 1024
LONGEST_LOG = 32 * MIB
FINAL = {"TERMINATED", "INTERNAL_ERROR", "SKIPPED"}
SLEEP = """
    import os, subprocess, time
    print(os.getpid(), subprocess.Popen(["sleep", "600"]).pid, flush=True)
    time.sleep(600)
"""

WRITE_TABLE = """
    import sys
    from pyspark.sql import SparkSession
    SparkSession.builder.getOrCreate().range(3).write.saveAsTable(f"main.default.{sys.argv[1]}")
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("robust") / "root", f"--slots={SLOTS}", "--run-memory=700M")
    try:
        server.wait_until_warm()
        yield server
    finally:
        server.stop()


@pytest.fixture
def lab(server: Server) -> Lab:
    return Lab(server, server.sdk(), server.http())


def test_a_run_that_uses_more_memory_than_it_may_is_ended_and_says_so(lab: Lab) -> None:
    hoard = "import time\nprint('hoarding', flush=True)\nhoard = b'x' * 1_000_000_000\ntime.sleep(600)"
    run = lab.run(hoard)
    output = lab.output(run)
    assert run.state.result_state.value == "FAILED"
    assert "more than the 700 MiB that a run may use" in output.error
    assert "hoarding" in output.error_trace


def test_of_a_log_without_end_both_ends_are_kept(lab: Lab, server: Server) -> None:
    run = lab.run("print('the first line')\nfor _ in range(100):\n    print('x' * 1_000_000)\nprint('the last line')")
    log = server.root / "runs" / str(task_run(run)) / "log"
    assert log.stat().st_size <= LONGEST_LOG
    text = log.read_text()
    assert text.startswith("the first line\n")
    assert "left out: this log has grown past" in text
    output = lab.output(run)
    assert output.logs.endswith("the last line\n")
    assert output.logs_truncated


def test_a_run_beyond_the_slots_waits_in_the_queue(lab: Lab) -> None:
    task = lab.task(SLEEP)
    active = [lab.submit(task) for _ in range(SLOTS)]
    for run_id in active:
        lab.reaching(run_id, "RUNNING")
    waiting = lab.submit(task)
    assert lab.reaching(waiting, "QUEUED").status.state.value == "QUEUED"
    lab.client.jobs.cancel_run(active[0])
    lab.reaching(waiting, "RUNNING")
    lab.client.jobs.cancel_all_runs(all_queued_runs=True)
    for run_id in (*active, waiting):
        lab.client.jobs.cancel_run(run_id)
        lab.ended(run_id)


def test_many_submits_at_once_with_few_tokens_make_as_many_runs_as_tokens(lab: Lab) -> None:
    body = _trivial(lab)
    tokens = [f"token-{number % 10}" for number in range(100)]
    run_ids = _submit_together(lab, [{**body, "idempotency_token": token} for token in tokens])
    assert len(set(run_ids)) == 10
    assert {(token, run_id) for token, run_id in zip(tokens, run_ids, strict=True)} == {
        (token, run_ids[tokens.index(token)]) for token in tokens
    }
    for run_id in set(run_ids):
        assert lab.ended(run_id).state.result_state.value == "SUCCESS"


def test_many_runs_at_once_all_end_a_few_at_a_time_in_bounded_memory(lab: Lab, server: Server) -> None:
    process = psutil.Process(server.process.pid)
    before = process.memory_info().rss
    run_ids = _submit_together(lab, [_trivial(lab)] * MANY)
    runs = [lab.ended(run_id) for run_id in run_ids]
    assert len(set(run_ids)) == MANY
    assert {run.state.result_state.value for run in runs} == {"SUCCESS"}
    assert _most_at_a_time(runs) <= SLOTS
    assert process.memory_info().rss - before < 100 * MIB


def test_when_the_warm_process_is_killed_its_runs_end_and_another_serves_the_queue(lab: Lab, server: Server) -> None:
    task = lab.task(SLEEP)
    active = [lab.submit(task) for _ in range(SLOTS)]
    pids = [pid for run_id in active for pid in _pids(lab, run_id)]
    queued = lab.submit(lab.task("print('executed by another')"))
    lab.reaching(queued, "QUEUED")
    _warm_process(server).kill()
    for run_id in active:
        run = lab.ended(run_id)
        assert run.tasks[0].state.life_cycle_state.value == "INTERNAL_ERROR"
        assert "has died, and this run was ended with it" in lab.output(run).error
    assert not any(is_alive(pid) for pid in pids)
    server.wait_until_warm()
    assert lab.printed(lab.ended(queued)) == "executed by another\n"


def test_when_the_server_of_mlflow_is_killed_another_takes_over(lab: Lab, server: Server) -> None:
    lab.raw.post("/api/2.0/mlflow/experiments/create", json={"name": "kept"}).raise_for_status()
    (mlflow,) = _warm_process(server).children()
    mlflow.kill()
    wait_until(lambda: not is_alive(mlflow.pid), "the end of MLflow's server")
    kept = "/api/2.0/mlflow/experiments/get-by-name?experiment_name=kept"
    assert wait_until(lambda: lab.raw.get(kept).is_success, "another server that knows the experiment")


def test_when_all_of_it_is_killed_the_next_start_keeps_what_was_acknowledged(lab: Lab, server: Server) -> None:
    kept, table = lab.upload(b"kept", "file"), f"t{uuid.uuid4().hex}"
    done, active = lab.run("print('done')"), lab.submit(lab.task(WRITE_TABLE + SLEEP, table))
    pids = _pids(lab, active)
    warm = _warm_process(server)
    submitted = _submit_together(lab, [{**_trivial(lab), "idempotency_token": f"before-{n}"} for n in range(20)])
    warm.kill()
    server.kill()

    server.start()
    assert not any(is_alive(pid) for pid in pids)
    lab = Lab(server, server.sdk(), server.http())
    lost = lab.ended(active)
    assert (lost.state.life_cycle_state.value, lost.state.result_state.value) == ("INTERNAL_ERROR", "FAILED")
    assert lost.state.state_message == "The local workspace was stopped while this run was active."
    assert lab.printed(lab.ended(done.run_id)) == "done\n"
    assert lab.client.files.download(kept).contents.read() == b"kept"
    again = [{**_trivial(lab), "idempotency_token": f"before-{number}"} for number in range(20)]
    assert _submit_together(lab, again) == submitted
    assert lab.client.tables.get(f"main.default.{table}").name == table
    assert all(lab.client.jobs.get_run(run_id).state.life_cycle_state.value in FINAL for run_id in submitted)


def _trivial(lab: Lab) -> dict[str, Any]:
    return {"tasks": [lab.task("pass").as_dict()]}


def _submit_together(lab: Lab, bodies: list[dict[str, Any]]) -> list[int]:
    def submit(body: dict[str, Any]) -> int:
        return int(lab.raw.post("/api/2.2/jobs/runs/submit", json=body).raise_for_status().json()["run_id"])

    with ThreadPoolExecutor(20) as threads:
        return list(threads.map(submit, bodies))


def _most_at_a_time(runs: list[Run]) -> int:
    """The largest number of runs whose execution overlaps, by the times that they tell."""
    tasks = [run.tasks[0] for run in runs]
    begins = [(task.start_time + task.setup_duration, 1) for task in tasks]
    ends = [(task.end_time, -1) for task in tasks]
    now = most = 0
    for _, change in sorted(begins + ends):
        now += change
        most = max(most, now)
    return most


def _pids(lab: Lab, run_id: int) -> list[int]:
    pids = [int(pid) for pid in lab.printed_by(run_id).split()]
    assert all(is_alive(pid) for pid in pids)
    return pids


def _warm_process(server: Server) -> psutil.Process:
    (process,) = psutil.Process(server.process.pid).children()
    return process
