"""What a workspace is given in its environment."""

from argparse import ArgumentTypeError

import pytest

from local_workspace.lifetime import WorkspaceError
from local_workspace.options import Given, given_in, port, positive, size


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


@pytest.mark.parametrize(("text", "expected"), [("1024", 1024), ("3K", 3072), ("800M", 800 * 2**20), ("4g", 4 * 2**30)])
def test_an_amount_of_memory_is_a_number_with_or_without_a_unit(text: str, expected: int) -> None:
    assert size(text) == expected


@pytest.mark.parametrize("text", ["", "G", "-1", "0", "0M", "1.5G", "4T"])
def test_what_is_no_amount_of_memory_is_refused(text: str) -> None:
    with pytest.raises(ArgumentTypeError, match="is not a"):
        size(text)


@pytest.mark.parametrize("text", ["0", "-2", "two", ""])
def test_what_is_no_number_of_slots_is_refused(text: str) -> None:
    with pytest.raises(ArgumentTypeError, match="is not a whole number above zero"):
        positive(text)


@pytest.mark.parametrize("text", ["65536", "-1", "http", ""])
def test_what_is_no_port_is_refused(text: str) -> None:
    with pytest.raises(ArgumentTypeError, match="is not a port"):
        port(text)


def test_a_port_may_be_left_to_the_system() -> None:
    assert (port("0"), port("65535")) == (0, 65535)
