"""`dbutils` in a job, through the SDK's own implementation; and secrets that a job prints."""

import pytest
from databricks.sdk.errors import NotFound
from tests.local_workspace.support import VOLUME, Lab

SECRET = "a value that nobody may read"
OF_RUNTIME = "from databricks.sdk.runtime import dbutils"
OF_CLIENT = "from databricks.sdk import WorkspaceClient; dbutils = WorkspaceClient().dbutils"


@pytest.fixture(scope="module", autouse=True)
def scope(lab: Lab) -> str:
    lab.client.secrets.create_scope("jobs")
    lab.client.secrets.put_secret("jobs", "password", string_value=SECRET)
    return "jobs"


@pytest.mark.parametrize("get_dbutils", [OF_RUNTIME, OF_CLIENT], ids=["runtime", "client"])
def test_a_job_uses_files_secrets_and_widgets(lab: Lab, get_dbutils: str) -> None:
    source = f"""
        {get_dbutils}
        dbutils.fs.put("dbfs:/utilities/a", "hello", overwrite=True)
        dbutils.fs.cp("dbfs:/utilities/a", "{VOLUME}/utilities/b")
        print(dbutils.fs.head("{VOLUME}/utilities/b"))
        dbutils.fs.rm("{VOLUME}/utilities/b")
        print([entry.name for entry in dbutils.fs.ls("dbfs:/utilities")])
        dbutils.fs.mv("dbfs:/utilities/a", "dbfs:/utilities/c")
        print([entry.path for entry in dbutils.fs.ls("/utilities")])
        dbutils.fs.rm("dbfs:/utilities", recurse=True)

        print(len(dbutils.secrets.get("jobs", "password")), "jobs" in [s.name for s in dbutils.secrets.listScopes()])
        print([secret.key for secret in dbutils.secrets.list("jobs")])

        dbutils.widgets.text("date", "today")
        print(dbutils.widgets.get("date"))
    """
    lines = ["hello", "['a']", "['/utilities/c']", f"{len(SECRET)} True", "['password']", "today"]
    assert lab.printed(lab.run(source)).splitlines() == lines
    with pytest.raises(NotFound):
        lab.client.dbfs.get_status("/utilities")


def test_a_secret_that_a_job_prints_is_not_shown(lab: Lab) -> None:
    run = lab.run(f"""
        import os
        print("it is", {SECRET!r})
        print(os.environ["DATABRICKS_TOKEN"])
        raise ValueError({SECRET!r})
    """)
    output = lab.output(run)
    assert output.error == "ValueError: [REDACTED]"
    shown = [output.logs, output.error_trace, lab.raw.get(f"/runs/{output.metadata.run_id}").text]
    assert output.logs.startswith("it is [REDACTED]\n[REDACTED]\n")
    assert not [text for text in shown if SECRET in text or lab.server.token in text]
