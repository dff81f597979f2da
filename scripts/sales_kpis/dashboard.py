"""The dashboard: one HTML file that works offline, with all that it shows and draws inside it.

The page is the same for every company: `templates/dashboard/` and the charts of Apache ECharts. The
numbers and names of the marts are one block of data in it, compressed, and scripts set them as text
only. The page's policy (Content-Security-Policy) lets nothing run but these scripts, by their
hashes, and loads nothing.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from sales_kpis.dashboard_data import dashboard_data
from sales_kpis.project import FILES

TEMPLATES = Path(__file__).parent / "templates" / "dashboard"
LIBRARY = FILES / "vendor" / "echarts" / "echarts.common.min.js"
# Each uses what those before it define.
SCRIPTS = ("data", "words", "dom", "charts", "board", "family", "analyst", "page")
_DATA = re.compile(r'(<script type="application/octet-stream" id="data">)(.*?)(</script>)', re.S)


def render_dashboard(
    connection: duckdb.DuckDBPyConnection,
    as_of_date: str | None,
    currency: str,
    stale_sources: Sequence[str] = (),
    queries: Mapping[str, str] | None = None,
) -> str:
    """The page as HTML text.

    Args:
        connection: published or built marts.
        as_of_date: the last day that counts, as ISO text; None where it is not known.
        currency: code shown behind amounts.
        stale_sources: a sentence for each raw table whose newest row is too old, shown in the head.
        queries: the SQL behind each KPI's table.
    """
    data = dashboard_data(connection, as_of_date, currency, stale_sources, queries)
    return page_around(data)


def page_around(data: Any) -> str:
    """The page that shows this data."""
    text = json.dumps(data, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    # No time in it: the same marts give the same bytes.
    packed = gzip.compress(text.encode("utf-8", "replace"), mtime=0)
    page, before_data = _page()
    return page[:before_data] + base64.b64encode(packed).decode("ascii") + page[before_data:]


def unpacked(page: str) -> str:
    """The data in a page, as JSON text.

    Raises:
        ValueError: the page holds no data.
    """
    found = _DATA.search(page)
    if found is None:
        raise ValueError("This page holds no data.")
    return gzip.decompress(base64.b64decode(found[2])).decode("utf-8")


@cache
def _page() -> tuple[str, int]:
    """The page without data, and where the data belongs."""
    style = (TEMPLATES / "style.css").read_text(encoding="utf-8")
    library = LIBRARY.read_text(encoding="utf-8")
    parts = [(TEMPLATES / f"{name}.js").read_text(encoding="utf-8") for name in SCRIPTS]
    script = "'use strict';\n(() => {\n" + "\n".join(parts) + "})();\n"
    policy = "; ".join(
        (
            "default-src 'none'",
            f"script-src {_hash(library)} {_hash(script)}",
            f"style-src {_hash(style)}",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
    page = (TEMPLATES / "page.html").read_text(encoding="utf-8")
    content = {"policy": policy, "style": style, "library": library, "script": script, "data": ""}
    page = re.sub(r"\{\{ (\w+) \}\}", lambda found: content[found[1]], page)
    found = _DATA.search(page)
    assert found is not None
    return page, found.start(2)


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"
