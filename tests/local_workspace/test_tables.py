"""Tables outlive the run that made them; a dropped one stays dropped."""

import uuid
from io import BytesIO

from tests.local_workspace.support import Lab

SPARK = "from pyspark.sql import SparkSession\nspark = SparkSession.builder.getOrCreate()\n"


def test_a_table_of_one_run_is_there_for_the_next_until_a_run_drops_it(lab: Lab) -> None:
    table = _new_table()
    lab.printed(lab.run(f"{SPARK}spark.range(5).write.saveAsTable('{table}')"))
    assert lab.printed(lab.run(f"{SPARK}print(spark.table('{table}').count())")) == "5\n"
    lab.printed(lab.run(f"{SPARK}spark.sql('DROP TABLE {table}')"))
    assert lab.printed(lab.run(f"{SPARK}print(spark.catalog.tableExists('{table}'))")) == "False\n"


def test_what_a_run_wrote_before_it_failed_is_kept(lab: Lab) -> None:
    table = _new_table()
    lab.run(f"{SPARK}spark.range(3).write.saveAsTable('{table}')\nraise ValueError('later')")
    assert lab.printed(lab.run(f"{SPARK}print(spark.table('{table}').count())")) == "3\n"


def test_a_run_that_stops_its_session_loses_no_table(lab: Lab) -> None:
    before, made = _new_table(), _new_table()
    lab.printed(lab.run(f"{SPARK}spark.range(4).write.saveAsTable('{before}')"))
    again = "SparkSession.builder.getOrCreate().stop()\n"
    lab.printed(lab.run(f"{SPARK}spark.range(5).write.saveAsTable('{made}')\nspark.stop()\n{again}"))
    counts = f"print(spark.table('{before}').count(), spark.table('{made}').count())"
    assert lab.printed(lab.run(SPARK + counts)) == "4 5\n"


def test_tables_stay_when_the_session_cannot_be_asked_any_more(lab: Lab) -> None:
    table = _new_table()
    lab.printed(lab.run(f"{SPARK}spark.range(4).write.saveAsTable('{table}')"))
    ended_from_outside = f"""{SPARK}
import subprocess, sys
stop = "from pyspark.sql import SparkSession; SparkSession.builder.getOrCreate().stop()"
subprocess.run([sys.executable, "-c", stop], check=True)
"""
    printed = lab.printed(lab.run(ended_from_outside))
    assert "The session does not tell its tables" in printed
    assert lab.printed(lab.run(f"{SPARK}print(spark.table('{table}').count())")) == "4\n"


def test_what_a_run_dropped_before_it_failed_stays_dropped(lab: Lab) -> None:
    table = _new_table()
    lab.printed(lab.run(f"{SPARK}spark.range(3).write.saveAsTable('{table}')"))
    lab.run(f"{SPARK}spark.sql('DROP TABLE {table}')\nraise ValueError('later')")
    assert lab.printed(lab.run(f"{SPARK}print(spark.catalog.tableExists('{table}'))")) == "False\n"


def test_what_a_run_wrote_before_it_died_is_kept(lab: Lab) -> None:
    table = _new_table()
    lab.run(f"{SPARK}spark.range(3).write.saveAsTable('{table}')\nimport os; os._exit(7)")
    assert lab.printed(lab.run(f"{SPARK}print(spark.table('{table}').count())")) == "3\n"


def test_runs_at_the_same_time_do_not_lose_each_others_tables(lab: Lab) -> None:
    tables = [_new_table(), _new_table()]
    started = [lab.submit(lab.task(_write_beside_another(table))) for table in tables]
    for run_id in started:
        lab.printed_by(run_id)
    for table in tables:
        lab.client.files.upload(_signal(table), BytesIO(b""))
    for run_id in started:
        lab.printed(lab.ended(run_id))
    counts = "; ".join(f"print(spark.table('{table}').count())" for table in tables)
    assert lab.printed(lab.run(SPARK + counts)) == "2\n2\n"


def test_a_query_can_call_a_function_of_python(lab: Lab) -> None:
    rows = "spark.range(3).select(udf(lambda n: n + 1, 'long')('id')).collect()"
    source = f"{SPARK}from pyspark.sql.functions import udf\nprint([row[0] for row in {rows}])"
    assert lab.printed(lab.run(source)) == "[1, 2, 3]\n"


def _new_table() -> str:
    return f"main.default.t{uuid.uuid4().hex}"


def _signal(table: str) -> str:
    return f"/Volumes/main/default/tests/{table}"


def _write_beside_another(table: str) -> str:
    """Write a table, say so, and end only when told: by then the other has begun, too."""
    return f"""{SPARK}
import time
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import NotFound
spark.range(2).write.saveAsTable('{table}')
print('written', flush=True)
client = WorkspaceClient()
while True:
    try:
        client.files.get_metadata('{_signal(table)}')
        break
    except NotFound:
        time.sleep(0.05)
"""
