# Two images from one base: `churn` runs Airflow and the local workspace, `database` runs PostgreSQL.
# A team on another base (the official Airflow image, say) names it: --build-arg BASE_IMAGE=...
ARG BASE_IMAGE=python:3.11-slim-bookworm

FROM ${BASE_IMAGE} AS database
USER root
RUN apt-get update \
    && apt-get install -y --no-install-recommends postgresql-15 \
    && rm -rf /var/lib/apt/lists/* \
    && install -d -o postgres -g postgres -m 0700 /var/lib/postgresql/data
ENV PATH=/usr/lib/postgresql/15/bin:$PATH CLUSTERS=/var/lib/postgresql/data
COPY docker/database-entrypoint /usr/local/bin/
USER postgres
VOLUME /var/lib/postgresql/data
ENTRYPOINT ["database-entrypoint"]

FROM ${BASE_IMAGE} AS churn
USER root
RUN useradd --uid 50000 --create-home --home-dir /opt/churn churn \
    && install -d -o churn -g churn /opt/churn/airflow /opt/churn/workspace /opt/churn/logs
# The dependencies come before the code: a change of code does not install them again.
COPY requirements.txt /opt/churn/
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --no-deps --require-hashes -r /opt/churn/requirements.txt
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 AIRFLOW_HOME=/opt/churn/airflow
WORKDIR /opt/churn
COPY pyproject.toml README.md LICENSE ./
COPY include include
COPY plugins plugins
COPY dags dags
RUN pip install --no-cache-dir --no-deps --no-build-isolation --editable . \
    && pip wheel --no-cache-dir --no-deps --no-build-isolation --wheel-dir dist .
USER churn
