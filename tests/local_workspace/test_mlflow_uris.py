"""MLflow with the tracking URI `databricks`, and with `http://...`: both see the same runs, files and models."""

from tests.local_workspace.support import Lab

SETUP = """
    import logging, os
    import mlflow, mlflow.sklearn
    from sklearn.dummy import DummyClassifier

    HTTP = os.environ["DATABRICKS_HOST"]

    def speak(uri):
        mlflow.set_tracking_uri(uri)
        mlflow.set_registry_uri(uri)

    def train(name):
        mlflow.set_experiment("/Users/local/uris")
        with mlflow.start_run() as run:
            mlflow.log_text("of " + name, "notes/text.txt")
            model = DummyClassifier().fit([[0], [1]], [1, 1])
            mlflow.sklearn.log_model(model, name="model", registered_model_name=name, pip_requirements=["scikit-learn"])
        return run.info.run_id

    def show(run_id, name):
        run = mlflow.get_run(run_id)
        print(run.info.artifact_uri.split(":")[0], mlflow.artifacts.load_text(f"runs:/{run_id}/notes/text.txt"))
        print(mlflow.sklearn.load_model(f"models:/{name}/1").predict([[5]]))
"""


def test_what_a_client_of_databricks_has_made_it_finds_again_and_a_client_of_http_too(lab: Lab) -> None:
    source = (
        SETUP
        + """
    speak("databricks")
    run_id = train("made_by_databricks")
    show(run_id, "made_by_databricks")
    speak(HTTP)
    show(run_id, "made_by_databricks")
    """
    )
    lines = ["dbfs of made_by_databricks", "[1]", "mlflow-artifacts of made_by_databricks", "[1]"]
    assert _printed(lab, source) == lines


def test_what_a_client_of_http_has_made_a_client_of_databricks_finds_again(lab: Lab) -> None:
    source = (
        SETUP
        + """
    run_id = train("made_by_http")
    speak("databricks")
    show(run_id, "made_by_http")
    """
    )
    assert _printed(lab, source) == ["dbfs of made_by_http", "[1]"]


def test_the_files_of_an_unknown_version_are_not_found(lab: Lab) -> None:
    for route in ("list-artifacts", "get-signed-download-uri"):
        refused = lab.raw.get(f"/api/2.0/mlflow/model-versions/{route}", params={"name": "absent", "version": "1"})
        assert (refused.status_code, refused.json()["error_code"]) == (404, "RESOURCE_DOES_NOT_EXIST")


def _printed(lab: Lab, source: str) -> list[str]:
    """What the run itself has printed, without what its libraries have."""
    lines = lab.printed(lab.run(source)).splitlines()
    return [line for line in lines if line.startswith(("dbfs of", "mlflow-artifacts of", "["))]
