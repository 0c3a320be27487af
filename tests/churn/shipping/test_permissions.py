"""Which privileges are lacking, of those that the jobs need."""

import pytest
from databricks.sdk.service.catalog import EffectivePrivilege, EffectivePrivilegeAssignment, Privilege
from databricks.sdk.service.iam import ComplexValue, User

from churn.shipping.permissions import Demand, lacking, principals

ME = User(user_name="me@example.com", groups=[ComplexValue(display="scientists")])
SCHEMA = Demand("schema", "main.churn", "somebody", ("USE_SCHEMA", "SELECT"))


def granted(principal: str, *names: str) -> EffectivePrivilegeAssignment:
    return EffectivePrivilegeAssignment(principal, [EffectivePrivilege(privilege=Privilege(name)) for name in names])


@pytest.mark.parametrize(
    ("grants", "expected"),
    [
        ([], ["USE_SCHEMA", "SELECT"]),
        ([granted("me@example.com", "USE_SCHEMA", "SELECT")], []),
        ([granted("me@example.com", "USE_SCHEMA"), granted("scientists", "SELECT")], []),
        ([granted("account users", "SELECT")], ["USE_SCHEMA"]),
        ([granted("scientists", "ALL_PRIVILEGES")], []),
        ([granted("others", "ALL_PRIVILEGES")], ["USE_SCHEMA", "SELECT"]),
    ],
    ids=["none", "mine", "mine and my group's", "everybody's", "all", "another's"],
)
def test_privileges_are_mine_my_groups_or_everybodys(
    grants: list[EffectivePrivilegeAssignment], expected: list[str]
) -> None:
    assert lacking(SCHEMA, grants, principals(ME)) == expected
