"""`query.py SQL FILE`: what a query gives, as JSON in a file of a volume. Runs on the workspace."""

import io
import sys

from databricks.sdk import WorkspaceClient
from pyspark.sql import SparkSession

sql, target = sys.argv[1:]
rows = SparkSession.builder.getOrCreate().sql(sql).toPandas()
WorkspaceClient().files.upload(target, io.BytesIO(rows.to_json(orient="records", double_precision=15).encode()))
