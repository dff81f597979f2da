"""The simulated sales organisation: its records, as they truly are."""
