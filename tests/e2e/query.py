"""`query.py ROOT SQL`: what a query over a workspace's tables gives, as JSON."""

import json
import sys
from pathlib import Path

from pyspark.sql import SparkSession

from local_workspace.catalog import CatalogStore
from local_workspace.database import open_database
from local_workspace.execution.engine import session
from local_workspace.root import Root

root = Root(Path(sys.argv[1]))
catalog = CatalogStore(open_database(root.state), root.warehouse).read()
with session(catalog, str(root.warehouse)):
    spark = SparkSession.builder.getOrCreate()
    try:
        print(json.dumps([row.asDict() for row in spark.sql(sys.argv[2]).collect()], default=str))
    finally:
        spark.stop()  # with a session open, the engine would not end
