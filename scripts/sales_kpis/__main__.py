"""`python -m sales_kpis` is `kpis`, and so is the installed command."""

from __future__ import annotations

import sys
from collections.abc import Callable

from sales_kpis import stopping


def main() -> None:
    """Run the command; a signal counts from the first moment, before the long imports."""
    with stopping.listening():
        try:
            # An extension module that is interrupted while it is loaded aborts the process.
            with stopping.deferred():
                app = _app()
            app(prog_name="kpis")
        except BaseException as error:
            if stopping.received() is None:
                stopping.ignore_from_here_on()
                raise
            if not isinstance(error, SystemExit) or error.code != stopping.exit_code():
                sentence, next_step, _ = stopping.state_left()
                sys.stderr.write(f"{sentence}\n→ {next_step}\n")
            stopping.ignore_from_here_on()
            sys.exit(stopping.exit_code())


def _app() -> Callable[..., None]:
    from sales_kpis.cli import app

    return app


if __name__ == "__main__":
    main()
