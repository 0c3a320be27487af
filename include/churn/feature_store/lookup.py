"""Which features of which table are looked up by which key, and the joins that do it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from churn.errors import FeatureStoreError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

METADATA_KEY = "feature_spec"  # in the MLmodel file of a model that was logged with a training set


def as_list(value: str | list[str] | None) -> list[str]:
    """One name or several, as the clients' arguments allow."""
    if value is None:
        return []
    return [value] if isinstance(value, str) else list(value)


class FeatureLookup:
    """Features of one table, by key. Takes what `databricks.feature_store.FeatureLookup` takes.

    Raises:
        FeatureStoreError: an argument is given that only Databricks' feature store can serve.
    """

    def __init__(
        self,
        table_name: str,
        lookup_key: str | list[str],
        *,
        feature_names: str | list[str] | None = None,
        rename_outputs: dict[str, str] | None = None,
        timestamp_lookup_key: str | None = None,
        lookback_window: Any = None,
        default_values: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        refuse("FeatureLookup", timestamp_lookup_key=timestamp_lookup_key, lookback_window=lookback_window, **kwargs)
        refuse("FeatureLookup", default_values=default_values)
        self.table_name = table_name
        self.lookup_key = as_list(lookup_key)
        self.feature_names = as_list(feature_names)  # empty: all that the table has when the training set is created
        self.rename_outputs = rename_outputs or {}


def refuse(method: str, **arguments: Any) -> None:
    """Refuse arguments that are part of Databricks' interface and that Delta tables alone cannot serve.

    Raises:
        FeatureStoreError: one of them has a value.
    """
    if given := [name for name, value in arguments.items() if value is not None]:
        raise FeatureStoreError(
            f"{method} got {', '.join(given)}, which the feature store over Delta tables does not serve: leave it out, "
            "or set features.store to databricks"
        )


@dataclass(frozen=True)
class ResolvedLookup:
    """A lookup with the table's keys and the features spelled out: what a model remembers of its training set."""

    table_name: str
    lookup_key: tuple[str, ...]  # columns of the rows that look up, in the order of the primary keys
    primary_keys: tuple[str, ...]
    outputs: Mapping[str, str]  # feature to the name that it has in the result

    def join(self, df: "DataFrame", features: "DataFrame") -> "DataFrame":
        """Rows with their features, missing where the table has no such key.

        Columns that the rows already have are kept: a caller may give values of its own.
        """
        wanted = {feature: output for feature, output in self.outputs.items() if output not in df.columns}
        if not wanted:
            return df
        self._require(features, [*self.primary_keys, *wanted])
        keys = dict(zip(self.primary_keys, self.lookup_key, strict=True))
        renamed = features.select(*[features[name].alias(alias) for name, alias in (keys | wanted).items()])
        return df.join(renamed, on=list(self.lookup_key), how="left")

    def _require(self, features: "DataFrame", names: Iterable[str]) -> None:
        if missing := [name for name in names if name not in features.columns]:
            raise FeatureStoreError(
                f"The feature table {self.table_name} has no column {', '.join(missing)}, which the lookup needs: "
                "create the table anew as it was, or train a new version"
            )


@dataclass(frozen=True)
class FeatureSpec:
    """All lookups of a training set, and the columns of its rows that were not given to the model."""

    lookups: tuple[ResolvedLookup, ...]
    exclude_columns: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain data, to be kept in a model's metadata."""
        lookups = [
            {
                "table_name": lookup.table_name,
                "lookup_key": list(lookup.lookup_key),
                "primary_keys": list(lookup.primary_keys),
                "outputs": dict(lookup.outputs),
            }
            for lookup in self.lookups
        ]
        return {"lookups": lookups, "exclude_columns": list(self.exclude_columns)}

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> "FeatureSpec":
        """The reverse of `as_dict`."""
        lookups = tuple(
            ResolvedLookup(
                table_name=lookup["table_name"],
                lookup_key=tuple(lookup["lookup_key"]),
                primary_keys=tuple(lookup["primary_keys"]),
                outputs=lookup["outputs"],
            )
            for lookup in content["lookups"]
        )
        return cls(lookups, tuple(content["exclude_columns"]))
