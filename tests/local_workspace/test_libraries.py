"""Where the wheel of a task, and its script, may come from."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from io import BytesIO
from pathlib import Path

import pytest
from databricks.sdk.service.compute import Library, PythonPyPiLibrary
from databricks.sdk.service.jobs import PythonWheelTask, Run, SparkPythonTask, SubmitTask
from databricks.sdk.service.workspace import ImportFormat
from tests.local_workspace.support import VOLUME, Lab, wheel

from local_workspace.execution.wheels import unpacked

NAME = "placed-1.0-py3-none-any.whl"
Put = Callable[[Lab, bytes, str], str]


def in_a_volume(lab: Lab, content: bytes, name: str) -> str:
    lab.client.files.upload(f"{VOLUME}/placed/{name}", BytesIO(content))
    return f"{VOLUME}/placed/{name}"


def in_the_workspace(lab: Lab, content: bytes, name: str) -> str:
    lab.client.workspace.upload(f"/Shared/{name}", content, format=ImportFormat.AUTO, overwrite=True)
    return f"/Workspace/Shared/{name}"


def in_dbfs(lab: Lab, content: bytes, name: str) -> str:
    lab.client.dbfs.upload(f"/placed/{name}", BytesIO(content), overwrite=True)
    return f"dbfs:/placed/{name}"


PLACES = pytest.mark.parametrize("put", [in_a_volume, in_the_workspace, in_dbfs])


@PLACES
def test_a_wheel_is_taken_from(lab: Lab, put: Put) -> None:
    path = put(lab, wheel({"placed.py": f"def main(): print('from {put.__name__}')"}, name="placed"), NAME)
    task = SubmitTask("only", python_wheel_task=PythonWheelTask("placed", "main"), libraries=[Library(whl=path)])
    assert lab.printed(lab.ended(lab.submit(task))) == f"from {put.__name__}\n"


@PLACES
def test_a_script_is_taken_from(lab: Lab, put: Put) -> None:
    path = put(lab, f"print('from {put.__name__}')".encode(), "script.py")
    run = lab.ended(lab.submit(SubmitTask("only", spark_python_task=SparkPythonTask(path))))
    assert lab.printed(run) == f"from {put.__name__}\n"


@pytest.mark.parametrize("requirement", ["numpy", "NumPy[extra] >= 1, < 100", "absent; python_version < '3'"])
def test_a_package_that_is_installed_may_be_asked_for(lab: Lab, requirement: str) -> None:
    assert _with_package(lab, requirement).state.result_state.value == "SUCCESS"


@pytest.mark.parametrize(
    ("requirement", "said"),
    [
        ("absent", "the package 'absent' is not installed beside the local workspace"),
        ("numpy==0.1", f"is not installed beside the local workspace (version {version('numpy')} is)"),
        ("numpy @ https://example.org/numpy.whl", "is not installed beside the local workspace"),
        ("-r requirements.txt", "'-r requirements.txt' is not a requirement"),
    ],
)
def test_a_package_that_is_not_installed_is_a_failure_that_names_it(lab: Lab, requirement: str, said: str) -> None:
    run = _with_package(lab, requirement)
    assert run.tasks[0].status.termination_details.code.value == "LIBRARY_INSTALLATION_ERROR"
    assert said in lab.output(run).error


def _with_package(lab: Lab, requirement: str) -> Run:
    return lab.run("pass", libraries=[Library(pypi=PythonPyPiLibrary(requirement))])


def test_of_many_who_unpack_one_wheel_at_once_all_find_it_whole(tmp_path: Path) -> None:
    file, cache = tmp_path / NAME, tmp_path / "cache"
    file.write_bytes(wheel({f"module_{number}.py": "" for number in range(50)}))
    cache.mkdir()
    with ThreadPoolExecutor(8) as threads:
        (directory,) = set(threads.map(lambda _: unpacked(file, cache), range(8)))
    assert len(list(directory.glob("module_*.py"))) == 50
    assert list(cache.iterdir()) == [directory]
