"""What every company holds by hand: cases in which a KPI is usually computed wrongly."""
