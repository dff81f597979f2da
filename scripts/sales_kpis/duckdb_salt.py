"""A plugin of dbt-duckdb: gives every session the salt of the pseudonyms, beside the queries.

profiles.yml names it. All that dbt compiles, logs and keeps has the variable's name only.
"""

import os

from dbt.adapters.duckdb.plugins import BasePlugin
from duckdb import DuckDBPyConnection

from sales_kpis.salt import SESSION_VARIABLE, read_salt


class Plugin(BasePlugin):
    """Sets the variable in each session that dbt opens."""

    def configure_cursor(self, cursor: DuckDBPyConnection) -> None:
        """A cursor is a session of its own, without the variables of the one it came from."""
        cursor.execute(f"set variable {SESSION_VARIABLE} = ?", [read_salt(os.environ).value])
