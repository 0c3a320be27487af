"""What else is on the same origin: MLflow for clients, pages for people."""

import httpx
import pytest
from mlflow.tracking import MlflowClient
from tests.local_workspace.support import Lab

HTML = {"Accept": "text/html"}


@pytest.fixture
def mlflow_client(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> MlflowClient:
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", lab.server.token)
    return MlflowClient(lab.server.url, lab.server.url)


def test_mlflow_keeps_runs_artifacts_and_models_for_its_own_client(mlflow_client: MlflowClient) -> None:
    experiment = mlflow_client.create_experiment("/Shared/test")
    run = mlflow_client.create_run(experiment)
    mlflow_client.log_metric(run.info.run_id, "auc", 0.84)
    mlflow_client.log_text(run.info.run_id, "some text", "notes/a.txt")
    assert mlflow_client.get_run(run.info.run_id).data.metrics == {"auc": 0.84}
    assert [file.path for file in mlflow_client.list_artifacts(run.info.run_id, "notes")] == ["notes/a.txt"]
    mlflow_client.create_registered_model("test")
    version = mlflow_client.create_model_version("test", f"runs:/{run.info.run_id}/notes", run.info.run_id)
    assert (version.version, version.current_stage) == ("1", "None")


@pytest.mark.parametrize("host", ["workspace:8765", "churn.example.org"])
def test_mlflow_answers_under_every_name_of_the_workspace_that_a_token_comes_with(lab: Lab, host: str) -> None:
    answer = lab.raw.get("/api/2.0/mlflow/experiments/get?experiment_id=0", headers={"Host": host})
    assert answer.status_code == 200, answer.text


def test_a_run_logs_to_mlflow_with_what_it_finds_in_its_environment(lab: Lab, mlflow_client: MlflowClient) -> None:
    source = """
        import mlflow
        mlflow.set_experiment("/Shared/from_a_run")
        with mlflow.start_run() as run:
            mlflow.log_metric("rows", 7)
        print("run", run.info.run_id)
    """
    printed = lab.printed(lab.run(source))
    (run_id,) = [line.removeprefix("run ") for line in printed.splitlines() if line.startswith("run ")]
    assert mlflow_client.get_run(run_id).data.metrics == {"rows": 7}


def test_the_page_of_a_run_shows_error_and_log_and_escapes_them(lab: Lab) -> None:
    run = lab.run("print('<script>alert(1)</script>')\nraise ValueError('<img src=x onerror=alert(2)>')")
    page = lab.raw.get(run.run_page_url, headers=HTML).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "ValueError: &lt;img" in page
    assert "<script>" not in page
    assert "<img" not in page
    assert lab.server.token not in page
    assert f'href="/runs/{run.run_id}"' in lab.raw.get("/runs", headers=HTML).text


def test_a_browser_is_asked_for_the_token_and_then_let_in(lab: Lab) -> None:
    with httpx.Client(base_url=lab.server.url, headers=HTML, trust_env=False, follow_redirects=True) as browser:
        assert browser.get("/runs").url.path == "/login"
        assert browser.post("/login?next=/runs", data={"token": "wrong"}).status_code == 403
        assert browser.post("/login?next=/runs", data={"token": lab.server.token}).url.path == "/runs"


@pytest.mark.parametrize("target", ["https://example.org/", "//example.org/", "/\\example.org/"])
def test_logging_in_never_leads_to_another_origin(lab: Lab, target: str) -> None:
    answer = httpx.post(
        f"{lab.server.url}/login", params={"next": target}, data={"token": lab.server.token}, trust_env=False
    )
    assert answer.headers["location"] == "/runs"
