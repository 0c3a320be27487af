"""Adds "Churn model" to Airflow's navigation: what is in Production, what wants to be, and what was decided."""

from typing import Any

from airflow.plugins_manager import AirflowPlugin
from starlette.types import Receive, Scope, Send

PATH = "churn-model"


async def page(scope: Scope, receive: Receive, send: Send) -> None:
    """The page's application, imported with its first request: every process of Airflow loads this file."""
    from churn_airflow.model_page.app import app

    await app(scope, receive, send)


class ChurnModelPage(AirflowPlugin):
    """The page and its place in the navigation. Paths are relative: Airflow may be served below a prefix."""

    name = "churn_model_page"
    fastapi_apps: list[Any] = [{"name": "Churn model", "app": page, "url_prefix": f"/{PATH}"}]  # noqa: RUF012 - a class attribute in Airflow, too
    external_views: list[Any] = [  # noqa: RUF012 - likewise
        {
            "name": "Churn model",
            "href": f"{PATH}/",
            "url_route": PATH,
            "destination": "nav",
            "icon": f"{PATH}/static/icon.svg",
            "icon_dark_mode": f"{PATH}/static/icon-dark.svg",
        }
    ]
