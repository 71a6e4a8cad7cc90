"""One JSON object per line on standard error, with the ids that connect a line to its post and delivery."""

from __future__ import annotations

import json
import logging
import re
import sys
from datetime import UTC, datetime

EXTRAS = ("post", "delivery", "delivery_id", "account", "lane")
# Secret addresses and single-use links must not end up in a log.
SECRET_PATH = re.compile(r"(/(?:my|team|shared|mail/leave|enter/[a-z-]+)/)[A-Za-z0-9_.-]{8,}")


class JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "says": masked(record.getMessage()),
        }
        line.update({name: value for name in EXTRAS if (value := getattr(record, name, None)) is not None})
        if record.exc_info:
            line["trace"] = masked(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False, default=str)


def masked(text: str) -> str:
    """The text with the secret part of addresses left out."""
    return SECRET_PATH.sub(r"\1…", text)


def set_up(level: int = logging.INFO) -> None:
    """Send all logs of this process to standard error as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for chatty in ("httpx", "httpcore", "rq", "alembic", "werkzeug"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    logging.captureWarnings(True)
