"""What of a growing log was not printed yet. The rest of a run is in tests/integration."""

import pytest

from churn.shipping.running import REMEMBERED, unseen

LONG = "".join(f"line {number}\n" for number in range(1_000))


@pytest.mark.parametrize(
    ("printed", "log", "news"),
    [
        ("", "a\n", "a\n"),
        ("a\n", "a\nb\n", "b\n"),
        ("a\n", "a\n", ""),
        (LONG, LONG[500:] + "end\n", "end\n"),
        (LONG, "other\n", "other\n"),
    ],
    ids=["first", "more", "nothing new", "beginning gone", "all of it gone"],
)
def test_only_what_is_new_is_printed(printed: str, log: str, news: str) -> None:
    assert len(LONG) > REMEMBERED
    assert unseen(printed, log) == news
