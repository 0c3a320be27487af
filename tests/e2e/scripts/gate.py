"""The DAG `deploy_gate`, run by Airflow's `dag.test()` with settings other than those of `local`.

Runs in Airflow's environment, not on the workspace. Each line of the input is JSON, dotted setting to value: the DAG
and the job that it submits both get them, and one run is made. Its log is printed, and after it `ended: ` and its
state. Nobody is asked: no scheduler runs here that could take an answer.
"""

import json
import runpy
import sys
from unittest.mock import patch

from airflow.sdk.configuration import conf

from churn.config import load_settings

for line in sys.stdin:
    overrides = json.loads(line)
    settings = load_settings("local", overrides)
    with patch("churn_airflow.environment.environment_settings", lambda settings=settings: settings):
        dag = runpy.run_path(f"{conf.get('core', 'dags_folder')}/deploy_gate.py")["dag"]
        (comparison,) = dag.task_dict["model_deployment"].json["tasks"]
        comparison["python_wheel_task"]["named_parameters"] |= overrides
        run = dag.test(run_conf={"approval": "auto"})
    print(f"\nended: {run.state}", flush=True)
