"""What was done about a version, as the DAGs record it."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from churn.gate import tags
from churn.section import Section


class ActKind(StrEnum):
    """What was done to a version, or was not."""

    PROMOTED = "PROMOTED"
    ARCHIVED = "ARCHIVED"
    ROLLED_BACK = "ROLLED_BACK"
    REFUSED = "REFUSED"  # nothing was moved

    @property
    def changes_production(self) -> bool:
        """Whether another version is in Production afterwards."""
        return self in {ActKind.PROMOTED, ActKind.ROLLED_BACK}


class Act(Section):
    """One act, and who answers for it."""

    run_id: str  # of the MLflow run that records it
    at: datetime
    kind: ActKind
    model_name: str
    version: str
    replaced_version: str  # empty where nothing left Production
    comparison_run_id: str  # empty where it follows from no comparison
    approved_by: str  # `policy`, or a person's name
    reason: str
    dag_id: str
    dag_run_id: str

    @classmethod
    def from_tags(cls, run_id: str, at: datetime, found: Mapping[str, str]) -> "Act":
        """An act as its MLflow run's tags tell it.

        Raises:
            ValidationError: they do not say what was done.
        """
        return cls.model_validate(
            {"run_id": run_id, "at": at, **{field: found.get(tag, "") for field, tag in _FIELDS.items()}}
        )

    @property
    def versions(self) -> tuple[str, str]:
        """The version that was acted on, and the one that it replaced."""
        return self.version, self.replaced_version

    def in_words(self) -> str:
        """What was done, by whom, after what, and why."""
        if self.kind is ActKind.REFUSED:
            return f"A move of version {self.version} was refused, and nothing moved: {self.reason}"
        replaced = f" in place of version {self.replaced_version}" if self.replaced_version else ""
        follows = f", after the comparison {self.comparison_run_id}" if self.comparison_run_id else ""
        why = f": {self.reason}" if self.reason else "."
        return f"{_DONE[self.kind].format(self.version)}{replaced}, approved by {self.approved_by}{follows}{why}"


_FIELDS = {
    "kind": tags.ACT_KIND,
    "model_name": tags.MODEL_NAME,
    "version": tags.VERSION,
    "replaced_version": tags.REPLACED_VERSION,
    "comparison_run_id": tags.COMPARISON_RUN,
    "approved_by": tags.APPROVED_BY,
    "reason": tags.REASON,
    "dag_id": tags.DAG_ID,
    "dag_run_id": tags.DAG_RUN_ID,
}
_DONE = {
    ActKind.PROMOTED: "Version {} was promoted to Production",
    ActKind.ARCHIVED: "Version {} was archived",
    ActKind.ROLLED_BACK: "Production was rolled back to version {}",
}
