-- One row per KPI: its meaning.
select kpi, family, title, question, formula, display_unit, direction, owner, board_place, not_connected
from monitoring.kpi_catalog
order by family, title
