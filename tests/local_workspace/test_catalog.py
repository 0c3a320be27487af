"""The list of tables, and whose files go when one is dropped."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from local_workspace.catalog import CatalogStore
from local_workspace.database import open_database
from local_workspace.execution.order import Catalog, Table


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    return tmp_path / "warehouse"


@pytest.fixture
def store(tmp_path: Path, warehouse: Path) -> Iterator[CatalogStore]:
    with closing(open_database(tmp_path / "state.db")) as database:
        yield CatalogStore(database, warehouse)


def test_a_new_store_leaves_the_database_to_others(store: CatalogStore, tmp_path: Path) -> None:
    assert store.read()["databases"]
    with closing(sqlite3.connect(tmp_path / "state.db", timeout=0)) as other:
        other.execute("INSERT INTO last_id VALUES (1)")


@pytest.mark.parametrize("location", ["elsewhere", "warehouse", "warehouse/default"])
def test_files_that_a_dropped_table_does_not_own_alone_stay(store: CatalogStore, tmp_path: Path, location: str) -> None:
    kept, dropped = _table(tmp_path / "warehouse/default/kept"), _table(tmp_path / location)
    _add(store, kept, dropped)
    _drop(store, dropped)
    assert Path(kept["location"], "file").exists()
    assert Path(dropped["location"]).exists()
    assert store.read()["tables"] == [kept]


def test_the_files_of_a_dropped_table_go(store: CatalogStore, warehouse: Path) -> None:
    kept, dropped = _table(warehouse / "default/kept"), _table(warehouse / "default/dropped")
    _add(store, kept, dropped)
    _drop(store, dropped)
    assert Path(kept["location"]).exists()
    assert not Path(dropped["location"]).exists()


def test_a_run_drops_nothing_that_came_after_its_beginning(store: CatalogStore, warehouse: Path) -> None:
    beginning = store.read()
    table = _table(warehouse / "default/beside")
    _add(store, table)
    store.merge(beginning, beginning)
    assert store.read()["tables"] == [table]


def test_a_table_whose_files_somebody_deleted_is_left_out(store: CatalogStore, warehouse: Path) -> None:
    kept, deleted = _table(warehouse / "default/kept"), _table(warehouse / "default/deleted")
    _add(store, kept, deleted)
    shutil.rmtree(deleted["location"])
    assert store.read()["tables"] == [kept]


def test_a_delta_table_that_is_not_listed_can_be_adopted(store: CatalogStore, warehouse: Path) -> None:
    listed, found = _delta_table(warehouse / "default/listed"), _delta_table(warehouse / "default/found")
    (warehouse / "default/without_a_commit/_delta_log").mkdir(parents=True)
    _add(store, listed)
    assert store.unlisted() == [found]
    store.adopt([found])
    assert store.unlisted() == []
    assert store.read()["tables"] == [listed, found]


def _delta_table(location: Path) -> Table:
    (location / "_delta_log").mkdir(parents=True)
    (location / "_delta_log" / "00000000000000000000.json").touch()
    return _table(location)


def _table(location: Path) -> Table:
    location.mkdir(parents=True, exist_ok=True)
    (location / "file").touch()
    return Table(database="default", name=location.name, provider="delta", location=str(location), comment="")


def _add(store: CatalogStore, *tables: Table) -> None:
    before = store.read()
    store.merge(before, Catalog(databases=before["databases"], tables=[*before["tables"], *tables]))


def _drop(store: CatalogStore, table: Table) -> None:
    before = store.read()
    left = [other for other in before["tables"] if other != table]
    store.merge(before, Catalog(databases=before["databases"], tables=left))
