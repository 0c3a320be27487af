"""Customers out of nothing: the raw schema, realistic ranges, and a signal that a model can learn. Pure and seeded.

Frequencies and effects follow what the IBM Telco dataset shows: about 26 % churn, more of it in the first months, on
month-to-month contracts, on fibre and with electronic checks. Part of the signal is in interactions, so that deeper
trees find a little more than shallow ones.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from churn.raw.schema import NAMES
from churn.raw.validation import REJECT_COLUMNS, RawRows

LONGEST_TENURE = 72  # months
LETTERS = np.array(list("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
INTERNET_EXTRAS = {  # service: share of internet customers who have it, and how much attachment changes that
    "OnlineSecurity": (0.37, 0.28),
    "OnlineBackup": (0.44, 0.28),
    "DeviceProtection": (0.44, 0.28),
    "TechSupport": (0.37, 0.28),
    "StreamingTV": (0.49, 0.15),
    "StreamingMovies": (0.49, 0.15),
}

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Texts = NDArray[np.str_]


def generate(rows: int, seed: int) -> RawRows:
    """Raw customers as a CSV file would give them, numbers as text.

    Args:
        rows: how many, up to two billion.
        seed: the same seed and number of rows give the same customers.
    """
    random = np.random.default_rng(seed)
    customers = _describe(random, rows)
    frame = pd.DataFrame(customers, columns=NAMES, index=pd.RangeIndex(1, rows + 1)).astype(str)
    return RawRows(f"generator ({rows} rows, seed {seed})", frame, pd.DataFrame(columns=REJECT_COLUMNS))


def _describe(random: np.random.Generator, rows: int) -> dict[str, NDArray[Any]]:
    """All columns. How attached a customer is to the company shows in many of them, as in the real data."""
    attachment = random.normal(size=rows)
    tenure = _tenure(random, attachment)
    internet = _choose(random, rows, ("Fiber optic", "DSL", "No"), (0.44, 0.34, 0.22))
    phone = (internet != "DSL") | (random.random(rows) < 0.72)
    partner = random.random(rows) < _share(0.48, attachment, 0.15)
    customers: dict[str, NDArray[Any]] = {
        "customerID": _keys(random, rows),
        "gender": _choose(random, rows, ("Female", "Male"), (0.5, 0.5)),
        "SeniorCitizen": (random.random(rows) < 0.16).astype(int),
        "Partner": _yes(partner),
        "Dependents": _yes(random.random(rows) < np.where(partner, 0.52, 0.09)),
        "tenure": tenure,
        "PhoneService": _yes(phone),
        "MultipleLines": np.where(phone, _yes(random.random(rows) < _share(0.45, attachment, 0.1)), "No phone service"),
        "InternetService": internet,
    }
    for name, (share, effect) in INTERNET_EXTRAS.items():
        has = _yes(random.random(rows) < _share(share, attachment, effect))
        customers[name] = np.where(internet == "No", "No internet service", has)
    customers["Contract"] = _contract(random, attachment)
    customers["PaperlessBilling"] = _yes(random.random(rows) < np.where(internet == "No", 0.29, 0.68))
    customers["PaymentMethod"] = _payment(random, internet, attachment)
    monthly = _monthly(random, customers)
    customers["MonthlyCharges"] = monthly
    customers["TotalCharges"] = _total(random, monthly, tenure)
    customers["Churn"] = _yes(random.random(rows) < _churn_probability(customers))
    return customers


def _share(share: float, attachment: Floats, effect: float) -> Floats:
    """A probability around a share, larger for those who are more attached where the effect is positive."""
    probability: Floats = share + effect * np.tanh(attachment)
    return probability


def _keys(random: np.random.Generator, rows: int) -> Texts:
    """Distinct keys such as `7590-VHVEG`: numbers in a row, scattered by a step that shares no factor with their count.

    That holds as long as rows times step fits 64 bits, that is, for two billion rows.
    """
    count = 10_000 * len(LETTERS) ** 5
    start, step = random.integers(count), 7_368_787_531  # a prime
    number = (int(start) + np.arange(rows, dtype=np.uint64) * np.uint64(step)) % np.uint64(count)
    digits = np.char.zfill((number % np.uint64(10_000)).astype(str), 4)
    return np.char.add(np.char.add(digits, "-"), _letters(number // np.uint64(10_000)))


def _letters(number: NDArray[np.uint64]) -> Texts:
    text = np.full(len(number), "", dtype="<U5")
    for _ in range(5):
        text = np.char.add(text, LETTERS[number % np.uint64(len(LETTERS))])
        number = number // np.uint64(len(LETTERS))
    return text


def _tenure(random: np.random.Generator, attachment: Floats) -> NDArray[np.int64]:
    """Months: many new customers, many who are here since the start, a few in their first month (0)."""
    rows = len(attachment)
    grown = 1 / (1 + np.exp(0.3 - 1.6 * attachment - random.normal(0.0, 0.9, rows)))
    months = np.ceil(LONGEST_TENURE * grown).astype(np.int64)
    months[random.random(rows) < 0.0016] = 0
    return months


def _choose(random: np.random.Generator, rows: int, values: Sequence[str], shares: Sequence[float]) -> Texts:
    return np.array(values)[random.choice(len(values), size=rows, p=shares)]


def _yes(flags: Flags) -> Texts:
    return np.where(flags, "Yes", "No")


def _contract(random: np.random.Generator, attachment: Floats) -> Texts:
    grown = attachment + random.normal(0.0, 0.6, len(attachment))
    return np.select([grown < 0.15, grown < 0.85], ["Month-to-month", "One year"], "Two year")


def _payment(random: np.random.Generator, internet: Texts, attachment: Floats) -> Texts:
    others = _choose(
        random,
        len(internet),
        ("Mailed check", "Bank transfer (automatic)", "Credit card (automatic)"),
        (0.35, 0.33, 0.32),
    )
    share = np.select([internet == "Fiber optic", internet == "DSL"], [0.5, 0.27], 0.08)
    by_check = random.random(len(internet)) < share - 0.2 * np.tanh(attachment)
    return np.where(by_check, "Electronic check", others)


def _monthly(random: np.random.Generator, customers: dict[str, NDArray[Any]]) -> Floats:
    """Dollars a month: a base by the kind of line, about 5 for each extra and 10 for each stream."""
    base = np.select(
        [customers["InternetService"] == "Fiber optic", customers["InternetService"] == "DSL"], [70.0, 45.0], 20.0
    )
    base -= 20.0 * (customers["PhoneService"] == "No")
    base += 5.0 * (customers["MultipleLines"] == "Yes")
    for name in INTERNET_EXTRAS:
        base += (10.0 if name.startswith("Streaming") else 5.0) * (customers[name] == "Yes")
    return np.round(base + random.normal(0.0, 0.8, len(base)), 2).clip(18.25, 118.75)


def _total(random: np.random.Generator, monthly: Floats, tenure: NDArray[np.int64]) -> Texts:
    """Dollars so far, blank before the first bill."""
    total = np.round(monthly * tenure * random.normal(1.0, 0.03, len(monthly)), 2)
    return np.where(tenure == 0, " ", total.astype(str))


def _churn_probability(customers: dict[str, NDArray[Any]]) -> Floats:
    """A logistic score: what each property adds by itself, then what only some of them add together."""
    tenure = customers["tenure"].astype(float)
    costly = customers["MonthlyCharges"].astype(float) > 80
    is_new = tenure <= 6
    fibre = customers["InternetService"] == "Fiber optic"
    dsl = customers["InternetService"] == "DSL"
    monthly_contract = customers["Contract"] == "Month-to-month"
    check = customers["PaymentMethod"] == "Electronic check"
    unaided = (customers["TechSupport"] == "No") & (customers["OnlineSecurity"] == "No")
    family = (customers["Partner"] == "Yes") | (customers["Dependents"] == "Yes")
    paperless = customers["PaperlessBilling"] == "Yes"
    alone = (
        -1.2
        - 0.022 * tenure
        + 0.9 * monthly_contract
        - 1.0 * (customers["Contract"] == "Two year")
        + 0.35 * fibre
        + 0.25 * check
        + 0.25 * unaided
        + 0.15 * paperless
        + 0.15 * (customers["SeniorCitizen"] == 1)
        - 0.5 * (customers["InternetService"] == "No")
    )
    together = (
        0.9 * (is_new & fibre & monthly_contract)
        + 1.25 * (check & unaided & costly)
        - 1.5 * (family & ~check & monthly_contract & ~is_new)
        + 1.4 * (dsl & ~paperless & ~family)
        - 1.15 * (fibre & family & paperless & ~unaided)
    )
    probability: Floats = 1 / (1 + np.exp(-(alone + together)))
    return probability
