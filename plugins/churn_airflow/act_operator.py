"""Promoting, archiving, rolling back: compare, claim, move, record."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NoReturn

from airflow.sdk import BaseOperator, Context
from airflow.sdk.exceptions import AirflowException, AirflowFailException

from churn.config import RegistryMode
from churn.gate import tags
from churn.gate.acts import ActKind
from churn.stages import Stage
from churn_airflow.act_record import POLICY, ActRecord, write_act
from churn_airflow.expectation import NO_VERSION, Expectation, objection
from churn_airflow.registry_hook import RegistryHook
from churn_airflow.succession import LONGEST_TRY, Actor, Change, Claim, Succession

TARGETS = {ActKind.PROMOTED: Stage.PRODUCTION, ActKind.ROLLED_BACK: Stage.PRODUCTION, ActKind.ARCHIVED: Stage.ARCHIVED}


class ActOperator(BaseOperator):
    """Does one act to a version if nothing has moved since that was decided, and records it.

    Of several at once, one claims the change (see `churn_airflow.succession`) and makes it; the others are refused and
    told who was first. A try that was killed at any point is completed by the next: claim, move and record are each
    made once, however often they are tried. A version that is where it shall be already is a success.

    Args:
        act: what to do.
        model_name: the registered model.
        version: the version to do it to.
        experiment_name: the deployment experiment, which holds the record.
        expected_production: the version that Production must still hold, empty when none; None when any will do.
        from_stage: the stage that the version must still be in; None when any will do.
        comparison_run_id: the MLflow run that the decision was made from, empty when there is none.
        approved_by: who approved it; `policy` or empty when nobody was asked.
        reason: why, for the record.
        databricks_conn_id: the Airflow connection to the workspace.
        registry_mode: how the registry marks stages.

    Raises:
        AirflowFailException: the version or Production has moved, or another is moving it; all are named. No retry
            could change that, and it is recorded.
        AirflowException: another change that is in nobody's way is not finished yet; a retry goes on.
    """

    template_fields: Sequence[str] = (
        "model_name",
        "version",
        "experiment_name",
        "expected_production",
        "comparison_run_id",
        "approved_by",
        "reason",
        "databricks_conn_id",
    )

    def __init__(
        self,
        *,
        act: ActKind,
        model_name: str,
        version: str,
        experiment_name: str,
        expected_production: str | None = None,
        from_stage: Stage | None = None,
        comparison_run_id: str = "",
        approved_by: str = POLICY,
        reason: str = "",
        databricks_conn_id: str,
        registry_mode: RegistryMode,
        **kwargs: Any,
    ) -> None:
        super().__init__(execution_timeout=LONGEST_TRY, **kwargs)
        self.act = act
        self.model_name = model_name
        self.version = version
        self.experiment_name = experiment_name
        self.expected_production = expected_production
        self.from_stage = from_stage
        self.comparison_run_id = comparison_run_id
        self.approved_by = approved_by
        self.reason = reason
        self.databricks_conn_id = databricks_conn_id
        self.registry_mode = registry_mode

    def execute(self, context: Context) -> str:
        """Compare, claim, move, record."""
        hook = RegistryHook.of(self)
        succession = Succession(hook, self.experiment_name, self.model_name)
        claim = self._claim(hook, succession, self._actor(context))
        if claim is not None:
            self._carry_out(hook, succession, claim)
        self.log.info("Version %s of '%s' is %s", self.version, self.model_name, self.act.lower())
        return self.version

    def _claim(self, hook: RegistryHook, succession: Succession, actor: Actor) -> Claim | None:
        """This actor's claim to the change, new or of an earlier try; None when it has been made already.

        The claim is read before the registry: whoever moves something after this has claimed the number that is
        claimed below, and is noticed there.
        """
        last, now = succession.last(), datetime.now(UTC)
        wanted = Change(self.act, self.version, NO_VERSION, actor)
        if last is not None and last.is_of(wanted) and last.can_be_resumed(now):
            return last
        if last is not None and last.is_open(now):
            self._give_way(hook, actor, last)
        stage = hook.stage_of(self.model_name, self.version)
        production = hook.version_in(self.model_name, Stage.PRODUCTION) or NO_VERSION
        if stage is hook.seen_in(TARGETS[self.act]):
            if last is not None and last.settled and last.change.version == self.version:
                return None  # all of it is done, by an earlier try or by another
        elif moved := objection(
            Expectation(self.from_stage, self.expected_production), stage=stage, production=production
        ):
            self._refuse(hook, actor, moved, last)
        claim = succession.claim(last, Change(self.act, self.version, self._replaced(last, production), actor))
        if not claim.is_of(wanted):
            self._give_way(hook, actor, claim)
        return claim

    def _replaced(self, last: Claim | None, production: str) -> str:
        """The version that leaves Production, or has left it by a change that was abandoned after its move."""
        if not self.act.changes_production:
            return NO_VERSION
        if production != self.version:
            return production
        return last.change.replaced if last is not None and last.change.version == self.version else NO_VERSION

    def _give_way(self, hook: RegistryHook, actor: Actor, rival: Claim) -> NoReturn:
        if rival.change.act.changes_production and rival.change.version != self.version:
            self._refuse(hook, actor, "another change of Production was first", rival)
        raise AirflowException(f"{self._refusal()}: {rival}. If that task has failed, clear it")

    def _refuse(self, hook: RegistryHook, actor: Actor, why: str, last: Claim | None) -> NoReturn:
        reason = f"{self._refusal()}: {why}{f'. The last change: {last}' if last else ''}"
        write_act(hook, self.experiment_name, self._record(ActKind.REFUSED, reason, actor, None, NO_VERSION))
        raise AirflowFailException(f"{reason}. Compare again with what is in Production now before moving it")

    def _carry_out(self, hook: RegistryHook, succession: Succession, claim: Claim) -> None:
        """Each step can be repeated, and the claim is settled last: a kill at any point is made good by the retry."""
        hook.move(self.model_name, self.version, TARGETS[self.act])
        hook.tag_version(self.model_name, self.version, self._version_tags(claim))
        change = claim.change
        record = self._record(self.act, self.reason, change.actor, claim.number, change.replaced)
        write_act(hook, self.experiment_name, record)
        succession.settle(claim)

    def _record(self, act: ActKind, reason: str, actor: Actor, number: int | None, replaced: str) -> ActRecord:
        return ActRecord(
            act=act,
            model_name=self.model_name,
            version=self.version,
            replaced=replaced,
            number=number,
            comparison_run_id=self.comparison_run_id,
            approved_by=self.approved_by or POLICY,
            reason=reason,
            actor=actor,
        )

    def _version_tags(self, claim: Claim) -> dict[str, str]:
        who, when = self.approved_by or POLICY, claim.claimed_at.isoformat(timespec="seconds")
        moved_by = {f"{tags.DAG_RUN_ID}.{TARGETS[self.act].lower()}": claim.change.actor.dag_run_id}
        if self.act.changes_production:
            return {**moved_by, tags.PROMOTED_BY: who, tags.PRODUCTION_SINCE: when}
        return {**moved_by, tags.ARCHIVED_BY: who, tags.ARCHIVED_AT: when}

    def _actor(self, context: Context) -> Actor:
        return Actor(context["dag"].dag_id, context["run_id"], self.task_id)

    def _refusal(self) -> str:
        return (
            f"Version {self.version} of '{self.model_name}' was not {self.act.lower().replace('_', ' ')} "
            f"(connection '{self.databricks_conn_id}')"
        )
