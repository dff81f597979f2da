# The project with its environment: docker build -t sales_kpis . && docker run --rm -v "$PWD/published:/sales_kpis/published" sales_kpis
FROM python:3.11-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends git make \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /sales_kpis
COPY . .
# The packages of a run, without the tools of developers.
RUN python -m venv .venv \
    && .venv/bin/pip install --no-cache-dir --no-deps -r requirements-run.lock --editable .
ENTRYPOINT ["/sales_kpis/.venv/bin/kpis"]
CMD ["run"]
