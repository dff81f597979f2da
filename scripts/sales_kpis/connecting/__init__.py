"""`kpis connect`: a folder of exports becomes settings, raw tables and seeds of a run."""
