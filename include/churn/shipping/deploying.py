"""Put a wheel where the runs of an environment take it from, once for each version."""

from dataclasses import dataclass

from churn.errors import ShippingError
from churn.shipping.places import Place
from churn.shipping.wheel import sha256


@dataclass(frozen=True)
class Deployment:
    """What is stored now."""

    path: str
    sha256: str
    size: int  # bytes
    uploaded: bool  # false when the very same bytes were there already


def deploy(place: Place, path: str, content: bytes, *, replace: bool = False) -> Deployment:
    """Store a wheel, then read it back and compare.

    A place stores a file only where none is, in one step: of two deployments at the same time one is first, and the
    other one compares its bytes with those of the first.

    Args:
        place: that `path` is in.
        path: under which runs look for this version.
        content: of the wheel.
        replace: store it even if other bytes are there, for development.

    Raises:
        ShippingError: other bytes are stored under this version. They stay as they are.
    """
    stored = place.read(path)
    uploaded = stored is None or (replace and stored != content)
    if uploaded:
        uploaded = place.write(path, content, replace=replace)
        stored = place.read(path)
    if stored != content:
        raise ShippingError(_difference(path, stored, content, uploaded=uploaded))
    return Deployment(path, sha256(content), len(content), uploaded)


def _difference(path: str, stored: bytes | None, content: bytes, *, uploaded: bool) -> str:
    there = "nothing" if stored is None else f"sha256 {sha256(stored)}"
    if uploaded:
        return f"{path} holds {there} after sha256 {sha256(content)} was uploaded: look at it before runs use it"
    return (
        f"{path} holds {there}, and this wheel has sha256 {sha256(content)}: a released version is never overwritten. "
        "Raise __version__ in include/churn/__init__.py, or deploy the wheel that was released"
    )
