"""Files of the workspace: volumes, the workspace tree, DBFS; nothing outside their directories."""
