"""What a workspace is given in its environment."""

import pytest

from local_workspace.lifetime import WorkspaceError
from local_workspace.options import Given, given_in


def test_nothing_is_given_by_variables_that_are_absent_or_empty() -> None:
    assert given_in({"LOCAL_WORKSPACE_TOKEN": "", "LOCAL_WORKSPACE_PUBLIC_URL": ""}) == Given()


def test_an_address_loses_its_last_slash() -> None:
    assert given_in({"LOCAL_WORKSPACE_PUBLIC_URL": "https://a.example/"}).public_url == "https://a.example"


@pytest.mark.parametrize("address", ["a.example", "ftp://a.example", "https://", "https://a.example/?x=1"])
def test_what_is_no_address_is_refused_by_name_and_value(address: str) -> None:
    with pytest.raises(WorkspaceError, match=r"LOCAL_WORKSPACE_PUBLIC_URL is '.*', not an address"):
        given_in({"LOCAL_WORKSPACE_PUBLIC_URL": address})


@pytest.mark.parametrize("name", ["TOKEN", "MLFLOW_STORE"])
def test_a_secret_that_cannot_be_used_is_refused_without_being_told(name: str) -> None:
    with pytest.raises(WorkspaceError, match=f"LOCAL_WORKSPACE_{name}") as refused:
        given_in({f"LOCAL_WORKSPACE_{name}": "my secret"})
    assert "my secret" not in str(refused.value)


def test_secrets_do_not_show_when_the_options_are_printed() -> None:
    shown = repr(Given(token="my-secret", mlflow_store="postgresql://u:my-secret@h/d"))
    assert "my-secret" not in shown
