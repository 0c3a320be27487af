"""Read the files, merge them, apply overrides, and say in one sentence what is wrong."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from churn.config.layers import Layers
from churn.config.settings import Settings
from churn.errors import ConfigError

CONF_DIR = Path(__file__).parent.parent / "conf"
BASE = "base"
OVERRIDE_SOURCE = "the overrides"


class _TextLoader(yaml.SafeLoader):
    """Leaves every scalar but `null` as the text that it is."""


_NULL = "tag:yaml.org,2002:null"
_TextLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag == _NULL]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def load_settings(
    environment: str, overrides: Mapping[str, Any] | None = None, *, conf_dir: Path = CONF_DIR
) -> Settings:
    """Settings of an environment.

    Args:
        environment: `local`, `dev`, `staging` or `prod`: the name of a file in `conf_dir`.
        overrides: dotted key to value, such as `{"train.model.max_depth": 8}`; applied last.
        conf_dir: the directory that holds `base.yml` and the environments' files.

    Raises:
        ConfigError: a file is missing or not a mapping, or a key is unknown, or a value does not fit. The message
            names file, key and value.
    """
    return load_with_origins(environment, overrides, conf_dir=conf_dir)[0]


def load_with_origins(
    environment: str, overrides: Mapping[str, Any] | None = None, *, conf_dir: Path = CONF_DIR
) -> tuple[Settings, Mapping[str, str]]:
    """As `load_settings`, and where each setting comes from: dotted key to the name of a file or `the overrides`.

    A setting that is in no file has its default, and no origin.

    Raises:
        ConfigError: as `load_settings` does.
    """
    known = sorted(path.stem for path in conf_dir.glob("*.yml") if path.stem != BASE)
    if environment not in known:
        raise ConfigError(f"There is no environment '{environment}' in {conf_dir}: choose one of {', '.join(known)}")
    layers = Layers()
    layers.add({"environment": environment}, f"{environment}.yml")
    for path in (conf_dir / f"{BASE}.yml", conf_dir / f"{environment}.yml"):
        layers.add(_read(path), path.name)
    for key, value in (overrides or {}).items():
        layers.add(_nest(key, value), OVERRIDE_SOURCE)
    try:
        settings = Settings.model_validate(layers.merged)
    except ValidationError as error:
        raise ConfigError(_describe(error, environment, layers)) from error
    return settings, layers.origin


def parse_overrides(arguments: Iterable[str]) -> dict[str, Any]:
    """Overrides as a command line gives them: `--train.model.max_depth=8`.

    Values are read as YAML, so `null` is nothing and `[a, b]` a list; `8` stays text until the setting's type says
    whether it is a number, so that a run called `2026` keeps its name.

    Raises:
        ConfigError: an argument has another form.
    """
    overrides = {}
    for argument in arguments:
        key, equals, value = argument.removeprefix("--").partition("=")
        if not argument.startswith("--") or "." not in key or not equals:
            raise ConfigError(f"Cannot read '{argument}': an override has the form --section.key=value")
        try:
            overrides[key] = yaml.load(value, _TextLoader)  # noqa: S506 (a safe loader) # nosec B506
        except yaml.YAMLError as error:
            raise ConfigError(f"The value of --{key} is not valid YAML: {value!r}; quote it") from error
    return overrides


def _read(path: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ConfigError(f"The configuration file {path} does not exist: create it") from error
    except yaml.YAMLError as error:
        raise ConfigError(f"The configuration file {path} is not valid YAML: {error}") from error
    if not isinstance(content, dict):
        raise ConfigError(f"The configuration file {path} holds {type(content).__name__}, not a mapping of sections")
    return content


def _nest(key: str, value: Any) -> dict[str, Any]:
    for part in reversed(key.split(".")):
        value = {part: value}
    return dict(value)


def _describe(error: ValidationError, environment: str, layers: Layers) -> str:
    """One line, since the last line of a traceback is what a person reads first."""
    return "; ".join(_sentence(problem, environment, layers) for problem in error.errors())


def _sentence(problem: Any, environment: str, layers: Layers) -> str:
    key = layers.key_of(problem["loc"])
    source = layers.source_of(key) or f"{BASE}.yml or {environment}.yml"
    if problem["type"] == "missing":
        return f"{key} is missing: set it in {source}"
    if problem["type"] == "extra_forbidden":
        return f"{key} in {source} is not a setting: remove it or correct its name"
    if problem["type"] == "value_error" and not key:
        return f"{problem['ctx']['error']} ({layers.sources_named_in(str(problem['ctx']['error']))})"
    if problem["type"] == "value_error":
        return f"{key} in {source}: {problem['ctx']['error']}"
    return f"{key} in {source} is {problem['input']!r}: {problem['msg']}"
