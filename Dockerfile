# Two images from one base: `churn` runs Airflow and the local workspace, `database` runs PostgreSQL.
# A team on another base (the official Airflow image, say) names it: --build-arg BASE_IMAGE=...
ARG BASE_IMAGE=python:3.11-slim-bookworm

FROM ${BASE_IMAGE} AS database
USER root
# Slim images come without the directories of the manual, which PostgreSQL's packages link into.
RUN install -d /usr/share/man/man1 /usr/share/man/man7 \
    && apt-get update \
    && apt-get install -y --no-install-recommends postgresql-15 \
    && rm -rf /var/lib/apt/lists/* \
    && install -d -o postgres -g postgres -m 0700 /var/lib/postgresql/data
ENV PATH=/usr/lib/postgresql/15/bin:$PATH CLUSTERS=/var/lib/postgresql/data
COPY docker/database-entrypoint /usr/local/bin/
RUN chmod 0755 /usr/local/bin/database-entrypoint
USER postgres
VOLUME /var/lib/postgresql/data
ENTRYPOINT ["database-entrypoint"]

FROM ${BASE_IMAGE} AS churn
USER root
# Volumes take over the owner of the directories that they are mounted on.
RUN useradd --uid 10001 --create-home --home-dir /opt/churn churn \
    && chmod 0755 /opt/churn \
    && install -d -o churn -g churn -m 0700 /opt/churn/airflow /opt/churn/workspace
# The dependencies come before the code: a change of code does not install them again.
COPY requirements.txt /opt/churn/
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --no-deps --require-hashes -r /opt/churn/requirements.txt
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 AIRFLOW_HOME=/opt/churn/airflow
WORKDIR /opt/churn
COPY pyproject.toml README.md LICENSE ./
COPY docker docker
COPY include include
COPY plugins plugins
COPY dags dags
# Whoever checked the sources out may have kept them to himself; the user below must read them, and nothing more.
RUN chmod -R u=rwX,go=rX pyproject.toml README.md LICENSE docker include plugins dags \
    && pip install --no-cache-dir --no-deps --no-build-isolation --editable .
USER churn
ENTRYPOINT []
CMD ["airflow", "version"]
