"""`by_hand.py MODEL VERSION`: customers' probabilities by a registered model, without Spark's help in scoring.

Features come as JSON on standard input, one object a customer, and `{customerID: probability}` goes out. The tracking
server is the environment's.
"""

import json
import sys

import mlflow
import pandas as pd

features = pd.DataFrame(json.load(sys.stdin))
model = mlflow.pyfunc.load_model(f"models:/{sys.argv[1]}/{sys.argv[2]}")
columns = model.metadata.get_input_schema().input_names()
probabilities = model.predict(features[columns])[:, 1]
print(json.dumps(dict(zip(features["customerID"], probabilities, strict=True))))
