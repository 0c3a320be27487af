"""Tags of the MLflow runs in the deployment experiment, by which records are found, and of model versions.

The job `model-deployment` writes comparisons, the DAGs write acts; both and the command line read them.
"""

RECORD = "gate.record"  # which kind of record a run is
COMPARISON, ACT = "comparison", "act"

MODEL_NAME = "gate.model_name"

# of a comparison
CANDIDATE_VERSION = "gate.candidate_version"
PRODUCTION_VERSION = "gate.production_version"  # empty where there was none
CANDIDATE_RUN = "gate.candidate_run_id"  # the training run that the version came from
PRODUCTION_RUN = "gate.production_run_id"
VERDICT = "gate.verdict"
REASONS = "gate.reasons"  # a JSON list of sentences
REFERENCE = "gate.reference"  # table and Delta version
REFERENCE_SALT = "gate.reference_salt"  # which draw of customers the rows belong to

# of an act
ACT_KIND = "gate.act"
VERSION = "gate.version"  # that was acted on
REPLACED_VERSION = "gate.replaced_version"  # empty where there was none
COMPARISON_RUN = "gate.comparison_run_id"  # that the act follows from; also of the candidate, as a model version
APPROVED_BY = "gate.approved_by"  # `policy`, or a person's name
REASON = "gate.reason"
CHANGE = "gate.change"  # the number of the change that was claimed; none on a refusal

DAG_ID, DAG_RUN_ID = "airflow.dag_id", "airflow.dag_run_id"  # of both

# of a model version: of its own comparison as a candidate, and of the last one that it stood as Production in
COMPARED_WITH = "gate.compared_with"  # empty where there was no Production
CHALLENGED_BY = "gate.challenged_by"
CHALLENGE_RUN = "gate.challenge_run_id"
CHALLENGE_VERDICT = "gate.challenge_verdict"  # on the challenger

# of a model version: of the last act that moved it
PROMOTED_BY = "gate.promoted_by"
PRODUCTION_SINCE = "gate.production_since"  # a version that has it was in Production at some time
ARCHIVED_BY, ARCHIVED_AT = "gate.archived_by", "gate.archived_at"
