"""A version is stored once. The place here is a dictionary; tests/integration has real ones."""

from dataclasses import dataclass, field

import pytest

from churn.errors import ShippingError
from churn.shipping.deploying import deploy
from churn.shipping.wheel import sha256

PATH = "/Volumes/main/churn/wheels/churn-1.0-py3-none-any.whl"


@dataclass
class Dictionary:
    """A place that a second deployment reaches between a look and an upload, or that damages what it stores."""

    files: dict[str, bytes] = field(default_factory=dict)
    comes_first: bytes | None = None
    damage: bytes = b""
    writes: int = 0

    def read(self, path: str) -> bytes | None:
        return self.files.get(path)

    def write(self, path: str, content: bytes, *, replace: bool) -> bool:
        self.writes += 1
        if self.comes_first is not None:
            self.files[path] = self.comes_first
        if path in self.files and not replace:
            return False
        self.files[path] = content + self.damage
        return True


def test_a_new_version_is_uploaded() -> None:
    place = Dictionary()

    done = deploy(place, PATH, b"wheel")

    assert place.files == {PATH: b"wheel"}
    assert (done.path, done.sha256, done.size, done.uploaded) == (PATH, sha256(b"wheel"), 5, True)


@pytest.mark.parametrize("replace", [True, False])
def test_the_same_bytes_are_not_uploaded_again(replace: bool) -> None:
    place = Dictionary({PATH: b"wheel"})

    assert not deploy(place, PATH, b"wheel", replace=replace).uploaded
    assert place.writes == 0


def test_other_bytes_are_refused_with_both_checksums() -> None:
    place = Dictionary({PATH: b"released"})

    with pytest.raises(ShippingError, match=f"{sha256(b'released')}.*{sha256(b'wheel')}.*never overwritten"):
        deploy(place, PATH, b"wheel")
    assert place.files == {PATH: b"released"}


def test_in_development_other_bytes_are_replaced() -> None:
    place = Dictionary({PATH: b"before"})

    assert deploy(place, PATH, b"wheel", replace=True).uploaded
    assert place.files == {PATH: b"wheel"}


def test_a_deployment_that_comes_second_is_refused() -> None:
    place = Dictionary(comes_first=b"other")

    with pytest.raises(ShippingError, match="never overwritten"):
        deploy(place, PATH, b"wheel")
    assert place.files == {PATH: b"other"}


def test_a_deployment_that_comes_second_with_the_same_bytes_is_content() -> None:
    assert not deploy(Dictionary(comes_first=b"wheel"), PATH, b"wheel").uploaded


def test_what_was_damaged_on_its_way_is_told() -> None:
    with pytest.raises(ShippingError, match=f"{sha256(b'wheel!')} after sha256 {sha256(b'wheel')} was uploaded"):
        deploy(Dictionary(damage=b"!"), PATH, b"wheel")
