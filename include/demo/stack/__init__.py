"""What is started and stopped: the workspace and Airflow's processes."""
