"""The page "Churn model" in Airflow: read the registry, make a view of it, show it."""
