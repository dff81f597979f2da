"""The raw tables that each system's connectors would deliver of the company."""
