"""CSV files from wherever they are, and what is said when they cannot be read."""

import functools
import threading
from collections.abc import Callable, Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from churn.errors import SourceError
from churn.raw.reading import read_csv
from churn.raw.schema import NAMES


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """Of a server of the files that the test writes."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(tmp_path)))
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def edit(path: Path, change: Callable[[list[str]], object]) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    change(lines)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_all_rows_are_read_as_text_under_their_row_numbers(csv_file: Path) -> None:
    raw = read_csv(str(csv_file))

    assert raw.rows["customerID"].to_dict() == {2: "a", 3: "b", 4: "c", 5: "d", 6: "e"}
    assert tuple(raw.rows.columns) == NAMES
    assert raw.broken.empty
    assert all(isinstance(value, str) for value in raw.rows.iloc[0])


def test_a_single_space_stays_a_single_space(csv_file: Path) -> None:
    raw = read_csv(str(csv_file))
    raw.rows.loc[3, "TotalCharges"] = " "
    raw.rows.to_csv(csv_file, index=False)

    assert read_csv(str(csv_file)).rows["TotalCharges"][3] == " "


def test_a_url_is_downloaded(csv_file: Path, url: str) -> None:
    assert len(read_csv(f"{url}/{csv_file.name}").rows) == 5


def test_other_columns_are_left_out_and_the_order_does_not_matter(csv_file: Path) -> None:
    raw = read_csv(str(csv_file))
    raw.rows.assign(note="x")[["note", *reversed(NAMES)]].to_csv(csv_file, index=False)

    read = read_csv(str(csv_file))

    assert read.rows.to_dict() == raw.rows.to_dict()


def test_a_byte_order_mark_is_not_part_of_the_first_column(csv_file: Path) -> None:
    csv_file.write_bytes(b"\xef\xbb\xbf" + csv_file.read_bytes())

    assert len(read_csv(str(csv_file)).rows) == 5


def test_windows_line_ends_are_read(csv_file: Path) -> None:
    csv_file.write_bytes(csv_file.read_bytes().replace(b"\n", b"\r\n"))

    assert len(read_csv(str(csv_file)).rows) == 5


def test_quoted_separators_belong_to_the_value(csv_file: Path) -> None:
    edit(csv_file, lambda lines: lines.__setitem__(2, lines[2].replace("b,", '"b,""1""",', 1)))

    assert read_csv(str(csv_file)).rows["customerID"][3] == 'b,"1"'


def test_blank_lines_are_no_customers_but_are_counted(csv_file: Path) -> None:
    edit(csv_file, lambda lines: lines.__setitem__(slice(3, 3), ["", "," * (len(NAMES) - 1)]))

    assert read_csv(str(csv_file)).rows["customerID"].to_dict() == {2: "a", 3: "b", 6: "c", 7: "d", 8: "e"}


def test_a_row_with_too_few_or_too_many_fields_is_set_aside_under_its_number(csv_file: Path) -> None:
    edit(csv_file, lambda lines: (lines.__setitem__(2, "b,Female"), lines.__setitem__(4, lines[4] + ",more")))

    raw = read_csv(str(csv_file))

    assert raw.rows["customerID"].to_dict() == {2: "a", 4: "c", 6: "e"}
    assert raw.broken["row_number"].tolist() == [3, 5]
    assert raw.broken["reason"].tolist() == ["has 2 fields, not 21", "has 22 fields, not 21"]
    assert raw.broken["raw_row"][0] == '"b,Female"'


def test_a_missing_column_is_named(csv_file: Path) -> None:
    read_csv(str(csv_file)).rows.drop(columns=["tenure", "Churn"]).to_csv(csv_file, index=False)

    with pytest.raises(SourceError, match=r"customers\.csv lacks the column tenure, Churn: add it"):
        read_csv(str(csv_file))


def test_a_repeated_column_is_named(csv_file: Path) -> None:
    edit(csv_file, lambda lines: lines.__setitem__(0, lines[0] + ",tenure"))

    with pytest.raises(SourceError, match=r"customers\.csv has the column tenure more than once: keep one"):
        read_csv(str(csv_file))


@pytest.mark.parametrize("content", [b"", b"\n \n"])
def test_an_empty_file_is_said_to_be_empty(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "empty.csv"
    path.write_bytes(content)

    with pytest.raises(SourceError, match=r"empty\.csv is empty: give a CSV file with a header"):
        read_csv(str(path))


def test_a_header_without_rows_gives_none(csv_file: Path) -> None:
    edit(csv_file, lambda lines: lines.__delitem__(slice(1, None)))

    assert read_csv(str(csv_file)).rows.empty


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"<!DOCTYPE html>\n<html></html>\n", "none of the columns customerID, .*; it begins with '<!DOCTYPE html>'"),
        (b"PAR1\x15\x04\x15\xff\xfe", "not a text file in UTF-8: row 1 has the byte 0xff"),
        (b"just some words\n", "none of the columns customerID"),
    ],
)
def test_a_file_that_is_no_csv_is_said_not_to_be(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "customers.csv"
    path.write_bytes(content)

    with pytest.raises(SourceError, match=rf"customers\.csv.*{message}"):
        read_csv(str(path))


def test_bytes_that_are_no_text_are_named_with_their_row(csv_file: Path) -> None:
    csv_file.write_bytes(csv_file.read_bytes().replace(b"\nc,", b"\nc\xe9,"))

    with pytest.raises(SourceError, match="row 4 has the byte 0xe9"):
        read_csv(str(csv_file))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=rf"no file {tmp_path}/none\.csv: correct ingest\.source"):
        read_csv(str(tmp_path / "none.csv"))


def test_a_relative_path_says_where_it_was_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    with pytest.raises(SourceError, match=rf"no file none\.csv in {tmp_path} \(a relative path"):
        read_csv("none.csv")


def test_a_directory_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="Is a directory; give the path of a CSV file"):
        read_csv(str(tmp_path))


def test_a_url_that_has_no_file_is_named(url: str) -> None:
    with pytest.raises(SourceError, match=rf"Cannot download {url}/none\.csv: 404"):
        read_csv(f"{url}/none.csv")


def test_a_server_that_does_not_answer_is_named() -> None:
    with pytest.raises(SourceError, match=r"Cannot download http://127\.0\.0\.1:9/x\.csv"):
        read_csv("http://127.0.0.1:9/x.csv")


@pytest.mark.parametrize("source", ["s3://bucket/x.csv", "dbfs:/x.csv", "ftp://host/x.csv"])
def test_other_places_are_refused(source: str) -> None:
    with pytest.raises(SourceError, match=f"Cannot read {source}: give a path, a /Volumes/ path or an http"):
        read_csv(source)
