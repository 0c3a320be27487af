"""What docker-compose.yaml promises, read without an engine."""

import re
from typing import Any

import pytest
import yaml
from tests.compose.support import PROJECT

SERVICES = list(yaml.safe_load((PROJECT / "docker-compose.yaml").read_text(encoding="utf-8"))["services"])
ONE_SHOT = "init"
SECRET = re.compile(r"PASSWORD$|SECRET|TOKEN$|FERNET|CONN|STORE$")
# A variable that must be set, or a URL whose password is one.
FROM_ENV_FILE = re.compile(r"^(\w+(\+\w+)?://\w+:)?\$\{\w+:\?run make compose-env\}(@[\w/]+)?$")

every_service = pytest.mark.parametrize("service", SERVICES)


@every_service
def test_a_service_has_limits_and_no_privileges(service: str, definition: dict[str, Any]) -> None:
    found = definition["services"][service]

    assert found["mem_limit"]
    assert found["cap_drop"] == ["ALL"]
    assert "cap_add" not in found
    assert found["security_opt"] == ["no-new-privileges:true"]
    assert not found.get("privileged")


@every_service
def test_a_service_runs_an_image_that_is_built_here(service: str, definition: dict[str, Any]) -> None:
    found = definition["services"][service]

    assert found["build"]["context"] == "."
    assert found["image"].startswith({"database": "churn-database:"}.get(service, "churn:"))


@every_service
def test_a_service_is_published_on_the_loopback_or_not_at_all(service: str, definition: dict[str, Any]) -> None:
    found = definition["services"][service]

    assert all(port.startswith("127.0.0.1:") for port in found.get("ports", []))
    assert "network_mode" not in found


@every_service
def test_a_service_is_watched_and_started_again(service: str, definition: dict[str, Any]) -> None:
    found = definition["services"][service]

    if service == ONE_SHOT:
        assert found["restart"] == "no"
    else:
        assert found["restart"] == "unless-stopped"
        assert found["healthcheck"]["test"]


@every_service
def test_a_service_starts_when_what_it_needs_is_healthy(service: str, definition: dict[str, Any]) -> None:
    needed = definition["services"][service].get("depends_on", {})

    assert {name: need["condition"] for name, need in needed.items()} == {
        name: "service_completed_successfully" if name == ONE_SHOT else "service_healthy" for name in needed
    }


@every_service
def test_a_secret_comes_from_the_env_file_and_has_no_default(service: str, definition: dict[str, Any]) -> None:
    environment = definition["services"][service].get("environment", {})
    literal = {name: value for name, value in environment.items() if SECRET.search(name)}

    assert [name for name, value in literal.items() if not FROM_ENV_FILE.match(value)] == []


@every_service
def test_code_is_mounted_for_reading_only(service: str, definition: dict[str, Any]) -> None:
    mounts = definition["services"][service]["volumes"]

    assert all(mount.endswith(":ro") for mount in mounts if mount.startswith("."))
    assert all(mount.split(":")[0] in definition["volumes"] for mount in mounts if not mount.startswith("."))


def test_everything_that_the_image_copies_is_in_its_context() -> None:
    dockerfile = (PROJECT / "Dockerfile").read_text(encoding="utf-8")
    copied = {name for line in re.findall(r"^COPY (.+) \S+$", dockerfile, re.M) for name in line.split()}
    allowed = {line[1:] for line in (PROJECT / ".dockerignore").read_text().splitlines() if line.startswith("!")}

    assert {name.split("/")[0] for name in copied} == allowed


def test_the_dependencies_are_installed_before_any_code_is_copied() -> None:
    dockerfile = (PROJECT / "Dockerfile").read_text(encoding="utf-8")

    assert dockerfile.index("--require-hashes") < dockerfile.index("COPY include")


def test_no_image_ends_as_root() -> None:
    stages = (PROJECT / "Dockerfile").read_text(encoding="utf-8").split("\nFROM ")[1:]

    assert [re.findall(r"^USER (\w+)$", stage, re.M)[-1] for stage in stages] == ["postgres", "churn"]
