from churn.config import RegistryMode
from churn_airflow.endpoints import GET_MODEL, in_registry


def test_parameters_go_into_the_path_quoted() -> None:
    assert GET_MODEL.query(name="a model/&b").path == "registered-models/get?name=a%20model%2F%26b"


def test_a_three_level_name_with_aliases_is_asked_for_in_unity_catalog() -> None:
    assert in_registry(GET_MODEL, RegistryMode.ALIASES, "main.churn.model").path == (
        "2.0/mlflow/unity-catalog/registered-models/get"
    )


def test_every_other_name_is_asked_for_in_the_workspace_registry() -> None:
    for mode, name in [(RegistryMode.STAGES, "main.churn.model"), (RegistryMode.ALIASES, "churn")]:
        assert in_registry(GET_MODEL, mode, name).path == "2.0/mlflow/registered-models/get"
