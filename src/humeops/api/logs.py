# SPDX-License-Identifier: MIT
"""Central's log: one JSON object a line on standard error, ours and the libraries' alike. Tokens never come near it."""

import logging
import sys

import structlog


def to_stderr(level: str) -> None:
    """Log from this level on; unless named, warnings where a person watches the terminal, otherwise what is worth keeping."""
    chosen = level or ("warning" if sys.stderr.isatty() else "info")
    steps: list[structlog.types.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*steps, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[chosen.upper()]),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=steps,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(chosen.upper())
    # Its every line is about statements and pools of ours; Alembic's about each migration. Warnings of theirs do come.
    for library in ("sqlalchemy", "alembic", "uvicorn", "asyncio"):
        logging.getLogger(library).setLevel(max(logging.WARNING, root.level))
