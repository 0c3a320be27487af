"""Airflow operators, sensors and helpers of the churn lifecycle; they speak REST over the Databricks connection."""
