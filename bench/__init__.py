"""The benchmark: linked raw data at any scale, a build measured step by step, and its floor."""
