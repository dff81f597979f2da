"""The demo company: a simulated sales organisation, its raw tables and the true KPI values."""

from sales_kpis.demo.write import write_demo

__all__ = ["write_demo"]
