"""Secrets are made once, differ from stack to stack, and are readable for their owner only."""

from demo.places import Places, write_private
from demo.stack.secrets import load_or_make_secrets


def test_secrets_are_kept_for_the_next_start(places: Places) -> None:
    assert load_or_make_secrets(places.secrets) == load_or_make_secrets(places.secrets)


def test_two_stacks_share_none(places: Places) -> None:
    first = load_or_make_secrets(places.home / "first.json")
    second = load_or_make_secrets(places.home / "second.json")

    assert not set(vars(first).values()) & set(vars(second).values())


def test_the_file_is_private(places: Places) -> None:
    load_or_make_secrets(places.secrets)

    assert places.secrets.stat().st_mode & 0o777 == 0o600


def test_writing_a_private_file_again_replaces_it_whole(places: Places) -> None:
    write_private(places.secrets, "a long first text")
    write_private(places.secrets, "short")

    assert places.secrets.read_text() == "short"
    assert [path.name for path in places.home.iterdir()] == ["secrets.json"]
