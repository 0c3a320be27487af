"""The gate between Staging and Production: policy, statistics, evidence, decision."""
