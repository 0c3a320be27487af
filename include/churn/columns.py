"""Tables as text, for a terminal."""

from collections.abc import Sequence


def aligned(rows: Sequence[Sequence[str]], *, widest: int | None = None) -> str:
    """The lines of a table; each column is as wide as its longest text.

    Args:
        rows: texts, as many in each row.
        widest: characters that a column gets at most; a longer text pushes its own line only. None for no limit.
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    widths = widths if widest is None else [min(widest, width) for width in widths]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)
