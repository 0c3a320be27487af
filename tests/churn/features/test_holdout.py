"""Which customers are held out for the gate."""

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from churn.features.holdout import Holdout

KEYS = [f"{number:04d}-KEYED" for number in range(2_000)]


def held(holdout: Holdout) -> set[str]:
    return {key for key in KEYS if holdout.includes(key)}


@pytest.mark.parametrize("share", [0.05, 0.25, 0.5])
def test_about_the_share_is_held_out(share: float) -> None:
    assert len(held(Holdout(share, "salt"))) / len(KEYS) == pytest.approx(share, abs=0.04)


def test_a_larger_share_holds_out_the_same_customers_and_more() -> None:
    assert held(Holdout(0.1, "salt")) < held(Holdout(0.2, "salt"))


def test_another_salt_holds_out_others() -> None:
    assert held(Holdout(0.5, "one")) != held(Holdout(0.5, "two"))


def test_the_answer_is_fixed_for_ever() -> None:
    """A model that was trained years ago without these customers can still be compared on them."""
    assert [key for key in KEYS[:40] if Holdout(0.1, "churn-reference-1").includes(key)] == [
        "0017-KEYED",
        "0027-KEYED",
        "0033-KEYED",
    ]


@pytest.mark.parametrize("share", [0.001, 0.25, 0.999])
def test_spark_and_python_agree(spark: SparkSession, share: float) -> None:
    holdout = Holdout(share, "salt with 'quotes' and ü")
    df = spark.createDataFrame([(key,) for key in KEYS], "k string").where(holdout.column(F.col("k")))

    assert {row.k for row in df.collect()} == held(holdout)


def test_keys_that_are_numbers_are_hashed_as_text(spark: SparkSession) -> None:
    holdout = Holdout(0.5, "salt")
    df = spark.range(100).where(holdout.column(F.col("id")))

    assert {row.id for row in df.collect()} == {number for number in range(100) if holdout.includes(str(number))}
