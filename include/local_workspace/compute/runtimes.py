"""Versions of the Databricks runtime with long-term support."""

from collections.abc import Iterator

# Release, Apache Spark in it, and the versions of Scala that it is built with.
_RELEASES = (
    ("17.3", "4.0.0", ("2.13",)),
    ("16.4", "3.5.2", ("2.12", "2.13")),
    ("15.4", "3.5.0", ("2.12",)),
    ("14.3", "3.5.0", ("2.12",)),
    ("13.3", "3.4.1", ("2.12",)),
)


def spark_versions() -> dict[str, str]:
    """What can be asked for as `spark_version`, newest first, with a name for people."""
    return dict(_versions())


def _versions() -> Iterator[tuple[str, str]]:
    for release, spark, scalas in _RELEASES:
        for scala in scalas:
            inside = f"(includes Apache Spark {spark}, Scala {scala})"
            yield f"{release}.x-scala{scala}", f"{release} LTS {inside}"
            yield f"{release}.x-cpu-ml-scala{scala}", f"{release} LTS ML {inside}"
            gpu = f"(includes Apache Spark {spark}, GPU, Scala {scala})"
            yield f"{release}.x-gpu-ml-scala{scala}", f"{release} LTS ML {gpu}"
            yield f"{release}.x-photon-scala{scala}", f"{release} LTS Photon {inside}"
