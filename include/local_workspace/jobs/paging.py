"""Pages of a list that is read newest first, and the tokens that lead to the next and to the previous one."""

import base64
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from local_workspace.errors import InvalidParameterError

Item = TypeVar("Item")


@dataclass(frozen=True)
class Cursor:
    """A place in a list: it goes on with what is older, or newer, than the item of this id.

    Unlike a count of items to leave out, it stays right when new ones come in front.
    """

    id: int
    newer: bool = False

    def token(self) -> str:
        """The cursor as clients hand it back."""
        return base64.urlsafe_b64encode(f"{'newer' if self.newer else 'older'}:{self.id}".encode()).decode()

    @classmethod
    def of(cls, token: str) -> "Cursor | None":
        """Read a token; None where there is none.

        Raises:
            InvalidParameterError: no cursor was ever written like this.
        """
        if not token:
            return None
        try:
            found = re.fullmatch(r"(older|newer):(\d{1,18})", base64.urlsafe_b64decode(token).decode())
        except ValueError:  # of Base64, or of text
            found = None
        if found is None:
            raise InvalidParameterError(f"Invalid page token: '{token}'")
        return cls(int(found[2]), found[1] == "newer")


@dataclass(frozen=True)
class Page(Generic[Item]):
    """Some items, newest first, and where it goes on; empty tokens where it does not."""

    items: Sequence[Item]
    next_token: str
    previous_token: str


def turn(
    fetch: Callable[[Cursor | None, int], Sequence[Item]], id_of: Callable[[Item], int], token: str, limit: int
) -> Page[Item]:
    """Return the page that a token leads to, or the first.

    Args:
        fetch: up to so many items from a cursor on, the nearest to it first.
        id_of: the id of an item; newer items have higher ones.
        token: of an earlier page, or empty.
        limit: how many items a page has.
    """
    cursor = Cursor.of(token)
    found = fetch(cursor, limit + 1)
    items, there_is_more = found[:limit], len(found) > limit
    if cursor is not None and cursor.newer:
        items = items[::-1]
        return Page(items, _token(items, -1, id_of), _token(items, 0, id_of) if there_is_more else "")
    return Page(items, _token(items, -1, id_of) if there_is_more else "", _token(items, 0, id_of) if cursor else "")


def _token(items: Sequence[Item], place: int, id_of: Callable[[Item], int]) -> str:
    return Cursor(id_of(items[place]), newer=place == 0).token() if items else ""
