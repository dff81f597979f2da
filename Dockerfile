# The project with its environment: docker build -t sales_kpis . && docker run --rm -v "$PWD/published:/sales_kpis/published" sales_kpis
FROM python:3.11-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends git make \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /sales_kpis
COPY . .
RUN make .venv/installed
ENTRYPOINT ["/sales_kpis/.venv/bin/kpis"]
CMD ["run"]
