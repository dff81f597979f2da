"""A plugin of dbt-duckdb by which plain `dbt` stops at landing files that cannot be read.

dbt's macros can open no file, and what DuckDB says of a broken one is no sentence for a user. A
macro reaches Python through `adapter.store_relation`, which hands a plugin a place; this one stores
nothing there, it looks at what lies in it.
"""

from __future__ import annotations

from pathlib import Path

from dbt.adapters.duckdb.plugins import BasePlugin
from dbt.adapters.duckdb.utils import TargetConfig
from dbt_common.exceptions import DbtRuntimeError

from sales_kpis.landing_files import look_at_folder


class Plugin(BasePlugin):
    """Named `landing` in profiles.yml."""

    def store(self, target_config: TargetConfig) -> None:
        """Stop where a file of the folder cannot be read, with a sentence for each.

        Raises:
            DbtRuntimeError: with these sentences.
        """
        location = target_config.location
        errors = look_at_folder(Path(location.path)).errors if location else ()
        if errors:
            raise DbtRuntimeError(" ".join(errors))
