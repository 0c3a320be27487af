"""What nobody but the owner of the stack may know: made at its first start, kept for the next."""

import json
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from cryptography.fernet import Fernet

from demo.places import write_private

USER = "admin"


@dataclass(frozen=True)
class Secrets:
    """Airflow's keys and the password of its user."""

    password: str
    jwt_secret: str
    api_secret_key: str
    fernet_key: str


def load_or_make_secrets(path: Path) -> Secrets:
    """The secrets of the stack; a file that cannot be read back is an error of whoever changed it."""
    if not path.exists():
        write_private(path, json.dumps(asdict(_make())))
    return Secrets(**json.loads(path.read_text(encoding="utf-8")))


def _make() -> Secrets:
    return Secrets(
        password=secrets.token_urlsafe(12),
        jwt_secret=secrets.token_urlsafe(64),
        api_secret_key=secrets.token_urlsafe(32),
        fernet_key=Fernet.generate_key().decode(),
    )
