"""Who may change what is in Production next: one at a time, in an order that all read alike.

A registry moves a version without looking at what others do. What it does atomically, MLflow's own and Databricks'
alike, is to give a name once: of several requests that create an experiment of one name, one succeeds. The changes of
a model are therefore numbered, and whoever wants to make change n first claims it by creating the experiment
`<deployment experiment>.changes/<model>-<registered at>/<n>`, whose tags say what it will do. After that it alone may
move anything; a claim is settled when all of the change is done. The number of the last claim is the generation of
Production: the same version back after a rollback is another generation.

**Why archiving a candidate takes a number as well.** Moved at the same moment, it could take away the version that
another has just promoted, and leave Production empty.

**An unfinished claim is not helped along by others.** Whoever helps cannot know that the owner is dead: its request may
still be on its way, arrive after the next change and undo it. So others are told who has not finished, and the owner's
retry finishes. An owner that never comes back does not block for ever: a try takes `LONGEST_TRY` at most (the task's
time limit ends it) and begins no later than `ABANDONED_AFTER - LONGEST_TRY` after the claim; after `ABANDONED_AFTER`
nobody of that claim can be at work, and the next number is claimed from whatever the registry then holds. The clocks
of the tracking server and of Airflow's workers must agree to about a minute for that.

A person who moves a version by hand claims nothing. That is seen when a change is compared, not between its claim and
its move.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from churn.gate import tags
from churn.gate.acts import ActKind
from churn_airflow.registry_hook import RegistryHook
from churn_airflow.tracking_hook import Experiment

LONGEST_TRY = timedelta(minutes=5)
ABANDONED_AFTER = timedelta(minutes=15)
CLAIM = "claim"
SETTLED = "gate.settled"
TASK_ID = "airflow.task_id"
DIGITS = 8  # names sort like numbers


@dataclass(frozen=True)
class Actor:
    """A task of a DAG run; its retries are the same actor."""

    dag_id: str
    dag_run_id: str
    task_id: str

    def __str__(self) -> str:
        return f"task '{self.task_id}' of the DAG run '{self.dag_run_id}' of '{self.dag_id}'"


@dataclass(frozen=True)
class Change:
    """What is to be done, and by whom.

    Attributes:
        act: what.
        version: the version that it is done to.
        replaced: the version that was in Production before, empty when there was none.
        actor: who.
    """

    act: ActKind
    version: str
    replaced: str
    actor: Actor

    def as_tags(self) -> dict[str, str]:
        """Tags from which `from_tags` makes the change again."""
        return {
            tags.RECORD: CLAIM,
            tags.ACT_KIND: self.act.value,
            tags.VERSION: self.version,
            tags.REPLACED_VERSION: self.replaced,
            tags.DAG_ID: self.actor.dag_id,
            tags.DAG_RUN_ID: self.actor.dag_run_id,
            TASK_ID: self.actor.task_id,
        }

    @classmethod
    def from_tags(cls, found: Mapping[str, str]) -> "Change":
        """The change that an experiment's tags say."""
        actor = Actor(found[tags.DAG_ID], found[tags.DAG_RUN_ID], found[TASK_ID])
        return cls(ActKind(found[tags.ACT_KIND]), found[tags.VERSION], found.get(tags.REPLACED_VERSION, ""), actor)


@dataclass(frozen=True)
class Claim:
    """The right to make one change."""

    number: int
    change: Change
    experiment_id: str
    claimed_at: datetime
    settled: bool

    def can_be_resumed(self, now: datetime) -> bool:
        """Whether its owner may still begin a try."""
        return not self.settled and now < self.claimed_at + ABANDONED_AFTER - LONGEST_TRY

    def is_open(self, now: datetime) -> bool:
        """Whether its owner may still be at work."""
        return not self.settled and now < self.claimed_at + ABANDONED_AFTER

    def is_of(self, change: Change) -> bool:
        """Whether it is the same actor's claim to do the same to the same version."""
        mine = self.change
        return (mine.act, mine.version, mine.actor) == (change.act, change.version, change.actor)

    def __str__(self) -> str:
        change, state = self.change, "finished" if self.settled else "not finished yet"
        replaced = (
            f" in place of version {change.replaced}" if change.act.changes_production and change.replaced else ""
        )
        what = f"{change.act.lower().replace('_', ' ')}{replaced}"
        return f"version {change.version} is {what} by {change.actor}, {self.claimed_at:%Y-%m-%d %H:%M:%S} UTC, {state}"


class Succession:
    """The numbered changes of one registered model.

    Args:
        hook: to the workspace.
        experiment_name: the deployment experiment; the claims lie beside it.
        model_name: the registered model.
    """

    def __init__(self, hook: RegistryHook, experiment_name: str, model_name: str) -> None:
        self._hook = hook
        self._folder = f"{experiment_name}.changes/{model_name}-{hook.created_at(model_name)}"

    def claims(self) -> list[Claim]:
        """All claims, the last one first."""
        return [_claim(experiment) for experiment in self._hook.experiments_below(self._folder)]

    def last(self) -> Claim | None:
        """The last claim; None before the first."""
        return next(iter(self.claims()), None)

    def last_of_production(self) -> Claim | None:
        """The last finished change of what is in Production."""
        changes = (claim for claim in self.claims() if claim.settled and claim.change.act.changes_production)
        return next(changes, None)

    def claim(self, after: Claim | None, change: Change) -> Claim:
        """Claim the number after a claim that was read; returns whose it is, the caller's or another's."""
        number = (after.number if after else 0) + 1
        return _claim(self._hook.create_experiment(f"{self._folder}/{number:0{DIGITS}d}", change.as_tags()))

    def settle(self, claim: Claim) -> None:
        """Say that all of a change is done."""
        self._hook.tag_experiment(claim.experiment_id, SETTLED, "true")


def _claim(experiment: Experiment) -> Claim:
    return Claim(
        number=int(experiment.name.rpartition("/")[2]),
        change=Change.from_tags(experiment.tags),
        experiment_id=experiment.experiment_id,
        claimed_at=experiment.created_at,
        settled=SETTLED in experiment.tags,
    )
