"""Tables on a terminal."""

from churn.columns import aligned

ROWS = [("when", "verdict"), ("2026-01-01", "HOLD"), ("a much longer moment", "PROMOTE")]


def test_each_column_is_as_wide_as_its_longest_text() -> None:
    assert aligned(ROWS).splitlines() == [
        "when                  verdict",
        "2026-01-01            HOLD",
        "a much longer moment  PROMOTE",
    ]


def test_a_text_beyond_the_limit_pushes_its_own_line_only() -> None:
    assert aligned(ROWS, widest=10).splitlines() == [
        "when        verdict",
        "2026-01-01  HOLD",
        "a much longer moment  PROMOTE",
    ]


def test_no_rows_are_no_lines() -> None:
    assert aligned([]) == ""
