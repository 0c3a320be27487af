"""What the DAGs make, as assets: Airflow draws them, and starts one DAG when another has made something."""

from dataclasses import dataclass

from airflow.sdk import Asset, AssetOrTimeSchedule, CronTriggerTimetable

from churn.config import Settings

GROUP = "churn"


@dataclass(frozen=True)
class Assets:
    """Of one environment."""

    features: Asset
    candidate: Asset
    production: Asset
    predictions: Asset


def assets(settings: Settings) -> Assets:
    """The assets of an environment: tables by their full names, versions by model and stage."""
    tables, model = settings.tables, settings.registry.model_name
    return Assets(
        features=_asset(tables.full_name(tables.features), "table"),
        candidate=_asset(f"{model} in Staging", "model"),
        production=_asset(f"{model} in Production", "model"),
        predictions=_asset(tables.full_name(tables.predictions), "table"),
    )


def inference_schedule(settings: Settings) -> AssetOrTimeSchedule | list[Asset] | str | None:
    """When all customers are scored: at certain times, when Production changes, both, or never by itself."""
    cron, production = settings.airflow.inference_schedule, [assets(settings).production]
    if not settings.airflow.inference_on_change:
        return cron
    if cron is None:
        return production
    return AssetOrTimeSchedule(timetable=CronTriggerTimetable(cron, timezone="UTC"), assets=production)


def _asset(name: str, kind: str) -> Asset:
    return Asset(name=name, uri=f"x-churn://{kind}/{name.replace(' in ', '/')}", group=GROUP)
