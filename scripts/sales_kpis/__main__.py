"""`python -m sales_kpis` is `kpis`."""

from sales_kpis.cli import app

app(prog_name="kpis")
