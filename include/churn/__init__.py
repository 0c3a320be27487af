"""Telco customer churn: raw rows to scored customers. The wheel that runs on Databricks."""

__version__ = "0.1.0"
