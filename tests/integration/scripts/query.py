"""`query.py SQL`: prints what a statement gives as a line of JSON. Runs in the workspace."""

import sys

from pyspark.sql import SparkSession

print(SparkSession.builder.getOrCreate().sql(sys.argv[1]).toPandas().to_json(orient="records"))
