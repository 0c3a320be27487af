"""Replies in pages: a list of jobs or runs; and the long lists within one of them, as version 2.2 of the API has it."""

from collections.abc import Callable, Collection

from local_workspace.api.shapes import Json
from local_workspace.errors import InvalidParameterError
from local_workspace.jobs.paging import Item, Page

ENTRIES = 100
"""Of each list within a reply."""


def listing(name: str, page: Page[Item], shape: Callable[[Item], Json]) -> Json:
    """A page of a list, under this name, and how to go on from it."""
    tokens = {"next_page_token": page.next_token, "prev_page_token": page.previous_token}
    return {
        name: [shape(item) for item in page.items],
        "has_more": bool(page.next_token),
        **{field: token for field, token in tokens.items() if token},
    }


def part(whole: Json, names: Collection[str], token: str) -> tuple[Json, str]:
    """Return the shape with the entries that the token leads to, and the token of the next ones.

    Args:
        whole: a shape; what is not a list of these names is repeated on every page.
        names: the fields that are shown in parts.
        token: of an earlier page, or empty for the first.

    Raises:
        InvalidParameterError: nothing ever gave out this token.
    """
    start = _start(token)
    lists = {name: whole[name] for name in names if name in whole}
    shown = {**whole, **{name: entries[start : start + ENTRIES] for name, entries in lists.items()}}
    is_all = all(len(entries) <= start + ENTRIES for entries in lists.values())
    return shown, "" if is_all else str(start + ENTRIES)


def _start(token: str) -> int:
    if not token:
        return 0
    if not token.isdecimal() or len(token) > len(str(ENTRIES**4)):
        raise InvalidParameterError(f"Invalid page token: '{token}'")
    return int(token)
