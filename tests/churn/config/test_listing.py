"""Where each setting comes from."""

import pytest

from churn.config import load_with_origins
from churn.config.listing import listed


def sources(environment: str, **overrides: object) -> dict[str, tuple[object, str]]:
    return {line.key: (line.value, line.source) for line in listed(*load_with_origins(environment, overrides))}


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("train.model.n_estimators", (100, "base.yml")),
        ("registry.model_name", ("telco_churn_prod", "prod.yml")),
        ("train.model.max_depth", (8, "override")),
        ("compute.environment_version", ("3", "default")),
        ("features.cat_cols", ([], "base.yml")),
        ("environment", ("prod", "prod.yml")),
    ],
)
def test_a_setting_is_listed_with_who_set_it_last(key: str, expected: tuple[object, str]) -> None:
    assert sources("prod", **{"train.model.max_depth": 8})[key] == expected


def test_another_kind_of_compute_forgets_who_set_the_one_before() -> None:
    found = sources("prod", **{"compute.kind": "existing_cluster", "compute.cluster_id": "0101-abc"})

    assert {key: value for key, value in found.items() if key.startswith("compute.")} == {
        "compute.kind": ("existing_cluster", "override"),
        "compute.cluster_id": ("0101-abc", "override"),
    }
