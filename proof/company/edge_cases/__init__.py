"""Cases planted by hand in every company: those in which a KPI is usually computed wrongly."""
