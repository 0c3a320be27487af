"""The laptop stack: starts the workspace and Airflow, and takes the lifecycle through them."""
