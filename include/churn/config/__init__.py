"""Typed configuration: `base.yml`, then `<environment>.yml`, then overrides."""

from churn.config.compute import ComputeSettings
from churn.config.loading import load_settings, load_with_origins, parse_overrides
from churn.config.settings import (
    AirflowSettings,
    ApprovalMode,
    FeatureSettings,
    InferenceSettings,
    IngestSettings,
    InitialRun,
    ModelParameters,
    RegistryMode,
    RegistrySettings,
    RunSettings,
    Settings,
    TableSettings,
    TrackingSettings,
    TrainSettings,
    WheelSettings,
)

__all__ = [
    "AirflowSettings",
    "ApprovalMode",
    "ComputeSettings",
    "FeatureSettings",
    "InferenceSettings",
    "IngestSettings",
    "InitialRun",
    "ModelParameters",
    "RegistryMode",
    "RegistrySettings",
    "RunSettings",
    "Settings",
    "TableSettings",
    "TrackingSettings",
    "TrainSettings",
    "WheelSettings",
    "load_settings",
    "load_with_origins",
    "parse_overrides",
]
