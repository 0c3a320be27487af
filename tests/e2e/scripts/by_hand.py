"""`by_hand.py MODEL VERSION FILE`: every customer's probability by a registered model, without Spark in the scoring.

Runs on the workspace; the result is JSON in a file of a volume.
"""

import io
import json
import sys

import mlflow
from databricks.sdk import WorkspaceClient
from pyspark.sql import SparkSession

name, version, target = sys.argv[1:]
features = SparkSession.builder.getOrCreate().table("main.churn_local.churn_features").toPandas()
model = mlflow.pyfunc.load_model(f"models:/{name}/{version}")
probabilities = model.predict(features[model.metadata.get_input_schema().input_names()])[:, 1]
scores = dict(zip(features["customerID"], probabilities.tolist(), strict=True))
WorkspaceClient().files.upload(target, io.BytesIO(json.dumps(scores).encode()))
