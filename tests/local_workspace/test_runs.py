"""Scripts and wheels are executed, and end as they would on a cluster."""

import json
from io import BytesIO

import pytest
from databricks.sdk.errors import InvalidParameterValue
from databricks.sdk.service.compute import Environment, Library
from databricks.sdk.service.jobs import JobEnvironment, PythonWheelTask, SubmitTask
from tests.local_workspace.support import Lab, is_alive, task_run, wait_until, wheel

PRINT_ARGUMENTS = {"sample/__init__.py": "import json, sys\ndef main():\n    print(json.dumps(sys.argv))\n"}
MAIN = "[console_scripts]\nstart = sample:main\n"


def test_a_script_that_returns_is_a_success(lab: Lab) -> None:
    run = lab.run("import sys; print('hello', *sys.argv[1:])", "a", "b c")
    assert lab.printed(run) == "hello a b c\n"
    assert run.status.termination_details.code.value == "SUCCESS"
    assert run.end_time >= run.start_time > 0


def test_leaving_with_zero_is_a_success(lab: Lab) -> None:
    assert lab.run("raise SystemExit(0)").state.result_state.value == "SUCCESS"


def test_an_exception_is_a_failure_that_tells_its_last_line_and_its_trace(lab: Lab) -> None:
    run = lab.run("def deep():\n    raise ValueError('no such customer: 7')\nprint('before')\ndeep()")
    assert (run.state.life_cycle_state.value, run.state.result_state.value) == ("INTERNAL_ERROR", "FAILED")
    assert run.state.state_message == ("Task only failed with message: Workload failed, see run output for details.")
    assert run.status.termination_details.code.value == "RUN_EXECUTION_ERROR"
    (task,) = run.tasks
    assert (task.state.life_cycle_state.value, task.state.result_state.value) == ("TERMINATED", "FAILED")
    output = lab.output(run)
    assert output.error == "ValueError: no such customer: 7"
    assert output.error_trace.startswith("Traceback (most recent call last):")
    assert "in deep" in output.error_trace
    assert output.logs.startswith("before\n")


def test_of_a_huge_error_both_ends_are_told(lab: Lab) -> None:
    output = lab.output(lab.run("raise ValueError('begin' + 'x' * 50_000_000 + 'end')"))
    assert output.error.startswith("ValueError: begin")
    assert output.error.endswith("end")
    assert len(output.error) + len(output.error_trace) < 50_000


@pytest.mark.parametrize(
    ("death", "error"),
    [
        ("os._exit(9)", "exit code 9"),
        ("os.kill(os.getpid(), signal.SIGKILL)", "signal 9 (SIGKILL)"),
        ("ctypes.string_at(0)", "signal 11 (SIGSEGV)"),
        ("os.kill(os.getpid(), 40)", "signal 40."),
    ],
)
def test_a_sudden_death_tells_how_and_the_end_of_the_log(lab: Lab, death: str, error: str) -> None:
    run = lab.run(f"import ctypes, os, signal\nprint('last words', flush=True)\n{death}")
    output = lab.output(run)
    assert run.state.result_state.value == "FAILED"
    assert error in output.error
    assert "last words" in output.error_trace


def test_a_run_that_deletes_its_log_ends_as_any_other(lab: Lab) -> None:
    run = lab.run("import os, time\nos.remove('../log')\ntime.sleep(1)")
    assert lab.printed(run) == ""


def test_cancelling_ends_the_whole_group_of_processes(lab: Lab) -> None:
    source = """
        import os, subprocess, time
        child = subprocess.Popen(["sleep", "600"])
        print(os.getpid(), child.pid, flush=True)
        time.sleep(600)
    """
    run_id = lab.submit(lab.task(source))
    pids = [int(pid) for pid in lab.printed_by(run_id).split()]
    assert all(is_alive(pid) for pid in pids)
    lab.client.jobs.cancel_run(run_id)
    run = lab.ended(run_id)
    assert run.state.result_state.value == "CANCELED"
    assert run.status.termination_details.code.value == "USER_CANCELED"
    wait_until(lambda: not any(is_alive(pid) for pid in pids), "the processes to end")


def test_cancelling_what_has_ended_changes_nothing(lab: Lab) -> None:
    run = lab.run("pass")
    lab.client.jobs.cancel_run(run.run_id)
    assert lab.client.jobs.get_run(run.run_id).as_dict() == run.as_dict()


def test_what_a_run_leaves_running_ends_with_it(lab: Lab) -> None:
    run = lab.run("import subprocess; print(subprocess.Popen(['sleep', '600']).pid)")
    pid = int(lab.printed(run))
    wait_until(lambda: not is_alive(pid), "the process to end")


def test_a_wheel_of_a_volume_runs_by_its_declared_entry_point(lab: Lab) -> None:
    path = lab.upload(wheel(PRINT_ARGUMENTS, MAIN), "sample-1.0-py3-none-any.whl")
    task = SubmitTask(
        "only",
        python_wheel_task=PythonWheelTask("sample", "start", named_parameters={"env": "local", "a.b": "2"}),
        libraries=[Library(whl=path)],
    )
    printed = json.loads(lab.printed(lab.ended(lab.submit(task))))
    assert printed == ["sample", "--env=local", "--a.b=2"]


def test_a_wheel_of_a_serverless_environment_runs_by_a_function_of_its_package(lab: Lab) -> None:
    path = lab.upload(wheel(PRINT_ARGUMENTS), "sample-1.0-py3-none-any.whl")
    environment = JobEnvironment("default", Environment(environment_version="3", dependencies=[path]))
    task = SubmitTask(
        "only",
        python_wheel_task=PythonWheelTask("sample", "main", parameters=["x"]),
        environment_key="default",
    )
    run = lab.ended(lab.submit(task, environments=[environment]))
    assert json.loads(lab.printed(run)) == ["sample", "x"]


def test_two_contents_of_one_file_name_are_two_wheels(lab: Lab) -> None:
    for answer in ("first", "second"):
        source = {"sample/__init__.py": f"def main():\n    print('{answer}')\n"}
        path = "/Volumes/main/default/tests/sample-1.0-py3-none-any.whl"
        lab.client.files.upload(path, BytesIO(wheel(source)), overwrite=True)
        task = SubmitTask("only", python_wheel_task=PythonWheelTask("sample", "main"), libraries=[Library(whl=path)])
        assert lab.printed(lab.ended(lab.submit(task))) == f"{answer}\n"


@pytest.mark.parametrize(
    ("package", "entry_point", "error"),
    [("sample", "absent", "no entry point 'absent'"), ("absent", "main", "No package 'absent' is installed")],
)
def test_a_missing_entry_point_is_a_failure_that_names_it(lab: Lab, package: str, entry_point: str, error: str) -> None:
    path = lab.upload(wheel(PRINT_ARGUMENTS), "sample-1.0-py3-none-any.whl")
    task = SubmitTask("only", python_wheel_task=PythonWheelTask(package, entry_point), libraries=[Library(whl=path)])
    assert error in lab.output(lab.ended(lab.submit(task))).error


@pytest.mark.parametrize("content", [b"not a zip", wheel(PRINT_ARGUMENTS)[:200] + b"\0" * 600])
def test_a_wheel_that_cannot_be_read_is_a_failure_that_names_it(lab: Lab, content: bytes) -> None:
    path = lab.upload(content, "broken-1.0-py3-none-any.whl")
    task = SubmitTask("only", python_wheel_task=PythonWheelTask("broken", "main"), libraries=[Library(whl=path)])
    run = lab.ended(lab.submit(task))
    assert run.tasks[0].status.termination_details.code.value == "LIBRARY_INSTALLATION_ERROR"
    assert path in lab.output(run).error


def test_a_run_that_the_workspace_itself_cannot_carry_out_is_an_internal_error(lab: Lab) -> None:
    path = lab.upload(wheel({f"{'x' * 300}.py": ""}), "unwritable-1.0-py3-none-any.whl")
    task = SubmitTask("only", python_wheel_task=PythonWheelTask("sample", "main"), libraries=[Library(whl=path)])
    run = lab.ended(lab.submit(task))
    assert run.tasks[0].state.life_cycle_state.value == "INTERNAL_ERROR"
    assert "File name too long" in lab.output(run).error


def test_a_wheel_that_is_not_there_is_a_failure_that_names_it(lab: Lab) -> None:
    path = "/Volumes/main/default/tests/absent-1.0-py3-none-any.whl"
    task = SubmitTask("only", python_wheel_task=PythonWheelTask("absent", "main"), libraries=[Library(whl=path)])
    assert f"'{path}' does not exist" in lab.output(lab.ended(lab.submit(task))).error


def test_a_run_sees_nothing_of_the_environment_that_the_workspace_was_started_in(lab: Lab) -> None:
    # Backwards, since the token would be struck out of the log.
    source = "import json, os; print(json.dumps({name: value[::-1] for name, value in os.environ.items()}))"
    seen = {name: value[::-1] for name, value in json.loads(lab.printed(lab.run(source))).items()}
    assert "A_SECRET_OF_THE_PARENT" not in seen
    assert seen["DATABRICKS_HOST"] == seen["MLFLOW_TRACKING_URI"] == lab.server.url
    assert seen["DATABRICKS_TOKEN"] == seen["MLFLOW_TRACKING_TOKEN"] == lab.server.token
    assert seen["SPARK_REMOTE"].startswith("sc://127.0.0.1:")


def test_runs_draw_different_random_numbers(lab: Lab) -> None:
    source = "import random, numpy; print(random.random(), numpy.random.random())"
    assert lab.printed(lab.run(source)) != lab.printed(lab.run(source))


def test_the_same_idempotency_token_gives_the_same_run(lab: Lab) -> None:
    task = lab.task("pass")
    first, second = (lab.submit(task, idempotency_token="once") for _ in range(2))
    assert first == second
    assert lab.submit(task, idempotency_token="twice") != first


def test_an_idempotency_token_has_at_most_64_characters(lab: Lab) -> None:
    with pytest.raises(InvalidParameterValue, match="idempotency_token"):
        lab.submit(lab.task("pass"), idempotency_token="x" * 65)


def test_a_kind_of_task_that_cannot_be_executed_is_refused(lab: Lab) -> None:
    body = {"tasks": [{"task_key": "only", "notebook_task": {"notebook_path": "/a"}}]}
    refused = lab.raw.post("/api/2.2/jobs/runs/submit", json=body)
    assert refused.status_code == 400
    assert "notebook_task is not supported" in refused.json()["message"]


def test_the_old_form_of_a_submit_is_a_run_of_one_task_named_after_it(lab: Lab) -> None:
    path = lab.upload(b"print('old')", "script.py")
    body = {"run_name": "legacy", "spark_python_task": {"python_file": path}}
    run = lab.ended(lab.raw.post("/api/2.0/jobs/runs/submit", json=body).json()["run_id"])
    assert [task.task_key for task in run.tasks] == ["legacy"]
    assert lab.client.jobs.get_run_output(task_run(run, "legacy")).logs == "old\n"
