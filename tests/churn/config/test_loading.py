"""How files and overrides become settings, and what is said when they cannot."""

from pathlib import Path

import pytest
import yaml

from churn.config import load_settings, parse_overrides
from churn.config.loading import CONF_DIR
from churn.errors import ConfigError

ENVIRONMENTS = ("local", "dev", "staging", "prod")


@pytest.fixture
def conf_dir(tmp_path: Path) -> Path:
    """A copy of the configuration to spoil."""
    for file in CONF_DIR.glob("*.yml"):
        (tmp_path / file.name).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    return tmp_path


def spoil(file: Path, section: str, **values: object) -> None:
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    content.setdefault(section, {}).update(values)
    file.write_text(yaml.safe_dump(content), encoding="utf-8")


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_environment_loads(environment: str) -> None:
    assert load_settings(environment).environment == environment


def test_environments_share_no_table_model_or_experiment() -> None:
    """A run in one environment cannot touch what belongs to another."""
    loaded = [load_settings(environment) for environment in ENVIRONMENTS]

    for names in (
        {settings.tables.database for settings in loaded},
        {settings.registry.model_name for settings in loaded},
        {settings.tracking.train_experiment for settings in loaded},
        {settings.tracking.deploy_experiment for settings in loaded},
    ):
        assert len(names) == len(ENVIRONMENTS)


def test_the_environment_overrides_the_base_and_overrides_come_last(conf_dir: Path) -> None:
    spoil(conf_dir / "base.yml", "ingest", generator_rows=1, generator_seed=1)
    spoil(conf_dir / "local.yml", "ingest", generator_rows=2)

    ingest = load_settings("local", {"ingest.max_reject_share": 0.5}, conf_dir=conf_dir).ingest

    assert (ingest.generator_seed, ingest.generator_rows, ingest.max_reject_share) == (1, 2, 0.5)


def test_another_kind_of_compute_takes_nothing_from_the_one_before() -> None:
    overrides = {"compute": {"kind": "existing_cluster", "cluster_id": "0101-abc"}}

    assert load_settings("local", overrides).compute.model_dump() == overrides["compute"]


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"ingest.sauce": "x"}, r"ingest\.sauce in the overrides is not a setting"),
        ({"train.model.max_depth": "deep"}, r"train\.model\.max_depth in the overrides is 'deep': .* integer"),
        ({"train.model.n_estimators": 0}, r"n_estimators in the overrides is 0: .* greater than or equal to 1"),
        ({"features.ohe": True}, "ohe is true but cat_cols is empty"),
        ({"features.cat_cols": ["gender"]}, "cat_cols lists columns but ohe is false"),
        ({"tables.schema_name": "a; drop"}, r"tables\.schema_name in the overrides is 'a; drop'"),
        ({"wheel.directory": "/home/wheels"}, r"wheel\.directory in the overrides is '/home/wheels'"),
        ({"wheel.directory": "/Volumes/main/churn"}, r"wheel\.directory in the overrides is '/Volumes/main/churn'"),
        ({"airflow.train_schedule": "at night"}, r"airflow\.train_schedule in the overrides is 'at night'"),
        (
            {"features.store": "databricks"},
            r"choose delta \(.*features\.store is set in the overrides",
        ),
        ({"tracking.deploy_experiment": "/Shared/churn/local/training"}, "name two experiments"),
    ],
)
def test_an_impossible_override_is_named_with_key_and_value(overrides: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        load_settings("local", overrides)


def test_where_two_settings_contradict_each_other_both_files_are_named(conf_dir: Path) -> None:
    spoil(conf_dir / "prod.yml", "tables", catalog=None)

    with pytest.raises(
        ConfigError, match=r"compute\.kind is set in base\.yml.*tables\.catalog is set in prod\.yml"
    ) as caught:
        load_settings("prod", conf_dir=conf_dir)
    assert "name a catalog or choose a cluster" in str(caught.value)


def test_an_error_is_one_line() -> None:
    """The last line of a traceback is what a person reads first."""
    with pytest.raises(ConfigError) as caught:
        load_settings("local", {"ingest.sauce": "x", "ingest.generator_rows": 0})

    assert "\n" not in str(caught.value)
    assert "ingest.sauce" in str(caught.value)
    assert "ingest.generator_rows" in str(caught.value)


def test_a_missing_setting_names_the_files(conf_dir: Path) -> None:
    content = yaml.safe_load((conf_dir / "base.yml").read_text(encoding="utf-8"))
    del content["inference"]["threshold"]
    (conf_dir / "base.yml").write_text(yaml.safe_dump(content), encoding="utf-8")

    with pytest.raises(ConfigError, match=r"inference\.threshold is missing: set it in .*\.yml"):
        load_settings("local", conf_dir=conf_dir)


def test_an_unknown_key_names_its_file(conf_dir: Path) -> None:
    spoil(conf_dir / "local.yml", "features", salt="x")

    with pytest.raises(ConfigError, match=r"features\.salt in local\.yml is not a setting"):
        load_settings("local", conf_dir=conf_dir)


def test_an_unknown_environment_names_all() -> None:
    with pytest.raises(ConfigError, match=r"no environment 'test' in .*: choose one of dev, local, prod, staging"):
        load_settings("test")


def test_a_missing_base_is_named(conf_dir: Path) -> None:
    (conf_dir / "base.yml").unlink()

    with pytest.raises(ConfigError, match=r"base\.yml does not exist"):
        load_settings("local", conf_dir=conf_dir)


@pytest.mark.parametrize(("content", "message"), [("- a\n", "holds list, not a mapping"), ("a: [", "not valid YAML")])
def test_a_file_that_is_no_configuration_is_named(conf_dir: Path, content: str, message: str) -> None:
    (conf_dir / "local.yml").write_text(content, encoding="utf-8")

    with pytest.raises(ConfigError, match=rf"local\.yml.*{message}"):
        load_settings("local", conf_dir=conf_dir)


def test_aliases_need_a_name_of_three_parts_outside_of_the_laptop() -> None:
    with pytest.raises(ConfigError, match="Unity Catalog needs"):
        load_settings("prod", {"registry.mode": "aliases"})

    named = {"registry.mode": "aliases", "registry.model_name": "main.churn_prod.model"}
    assert load_settings("prod", named).registry.model_name == "main.churn_prod.model"


@pytest.mark.parametrize(
    ("argument", "key", "expected"),
    [
        ("--train.model.max_depth=8", "train.model.max_depth", 8),
        ("--train.model.max_depth=null", "train.model.max_depth", None),
        ("--train.model.max_features=0.5", "train.model.max_features", 0.5),
        ("--train.model.max_features=log2", "train.model.max_features", "log2"),
        ("--features.drop_missing=true", "features.drop_missing", True),
        ("--run.dag_run_id=manual__2026-01-01T00:00:00+00:00", "run.dag_run_id", "manual__2026-01-01T00:00:00+00:00"),
        ("--run.dag_run_id=20260101", "run.dag_run_id", "20260101"),
        ("--run.dag_run_id=2026-01-01", "run.dag_run_id", "2026-01-01"),
        ("--ingest.source=https://host/file.csv?a=1", "ingest.source", "https://host/file.csv?a=1"),
    ],
)
def test_the_type_of_a_setting_says_what_an_argument_means(argument: str, key: str, expected: object) -> None:
    value: object = load_settings("local", parse_overrides([argument]))
    for part in key.split("."):
        value = getattr(value, part)

    assert value == expected
    assert type(value) is type(expected)


def test_an_argument_may_be_a_list() -> None:
    overrides = parse_overrides(["--features.ohe=true", "--features.cat_cols=[gender, Contract]"])

    assert load_settings("local", overrides).features.cat_cols == ("gender", "Contract")


@pytest.mark.parametrize("argument", ["train.model.max_depth=8", "--depth=8", "--train.model.max_depth", "8"])
def test_an_argument_of_another_form_is_refused(argument: str) -> None:
    with pytest.raises(ConfigError, match=r"an override has the form --section\.key=value"):
        parse_overrides([argument])


def test_a_value_that_is_no_yaml_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"value of --features\.cat_cols is not valid YAML"):
        parse_overrides(["--features.cat_cols=[gender"])
