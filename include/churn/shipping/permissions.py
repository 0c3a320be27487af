"""Whether one may do in Unity Catalog what the jobs do."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import DatabricksError
from databricks.sdk.service.catalog import EffectivePrivilegeAssignment
from databricks.sdk.service.iam import User

from churn.shipping.findings import Finding, State

EVERYBODY = "account users"
ALL = "ALL_PRIVILEGES"


@dataclass(frozen=True)
class Demand:
    """What the jobs do to a securable object.

    Attributes:
        kind: as the permissions API calls it.
        name: its full name.
        owner: who may do everything with it.
        privileges: that anybody else needs.
    """

    kind: str
    name: str
    owner: str | None
    privileges: tuple[str, ...]


def principals(me: User) -> set[str]:
    """The names under which privileges may have been granted to a user."""
    groups = (group.display for group in me.groups or [])
    return {name for name in (me.user_name, EVERYBODY, *groups) if name}


def lacking(demand: Demand, granted: Iterable[EffectivePrivilegeAssignment], names: Collection[str]) -> list[str]:
    """The privileges that none of the principals has, neither directly nor from what is around the object."""
    held = {
        privilege.privilege.value
        for assignment in granted
        if assignment.principal in names
        for privilege in assignment.privileges or []
        if privilege.privilege
    }
    return [] if ALL in held else [privilege for privilege in demand.privileges if privilege not in held]


def find_permissions(client: WorkspaceClient, demand: Demand, names: Collection[str]) -> Finding:
    """Whether the jobs' demand of an object is granted to one of the principals."""
    what = f"permissions on {demand.kind} {demand.name}"
    if demand.owner in names:
        return Finding(what, State.OK, f"owned by {demand.owner}")
    try:
        granted = client.grants.get_effective(demand.kind, demand.name).privilege_assignments or []
    except DatabricksError as error:
        return Finding(what, State.UNKNOWN, f"only its owner {demand.owner} can see them ({error})")
    if missing := lacking(demand, granted, names):
        remedy = f"GRANT {', '.join(missing).replace('_', ' ')} ON {demand.kind.upper()} {demand.name} TO ..."
        return Finding(what, State.MISSING, f"let its owner {demand.owner} run {remedy}")
    return Finding(what, State.OK, ", ".join(demand.privileges))
