"""What the demo asks Airflow and the workspace over their public interfaces."""
