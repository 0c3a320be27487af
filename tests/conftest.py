"""What must hold before anything imports Airflow, which reads its environment once: a home of its own, no examples."""

import atexit
import os
import shutil
import tempfile

_home = tempfile.mkdtemp(prefix="churn-tests-airflow-")
atexit.register(shutil.rmtree, _home, ignore_errors=True)
os.environ["AIRFLOW_HOME"] = _home
os.environ["AIRFLOW__CORE__LOAD_EXAMPLES"] = "False"
