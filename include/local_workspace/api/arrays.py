"""The long lists within one reply, 100 entries at a time, as version 2.2 of the API shows them."""

from collections.abc import Collection

from local_workspace.api.shapes import Json
from local_workspace.errors import InvalidParameterError

ENTRIES = 100


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
