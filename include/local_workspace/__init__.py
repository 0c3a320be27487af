"""A Databricks-compatible workspace on the loopback that executes wheels for real."""
