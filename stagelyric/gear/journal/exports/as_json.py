"""JSON: the show and its lines for a program, with times in ISO 8601 (UTC) and in seconds since the first line."""

import json
from datetime import UTC, datetime

from stagelyric.gear.journal.exports.table import Export
from stagelyric.gear.journal.night import Night, Sung


def write(night: Night) -> str:
    told = {
        "show": {"id": night.id, "title": night.title, "started": _time(night.started), "seed": night.seed},
        "lines": [_line(line) for line in night.lines],
    }
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def _line(line: Sung) -> dict[str, object]:
    return {
        "number": line.number, "text": line.text, "song": line.song, "section": line.section, "origin": line.origin,
        "time": _time(line.wall), "at": round(line.at, 3), "until": round(line.until, 3), "beat": line.beat,
        "tempo": round(line.tempo, 3), "syllables": list(line.syllables), "verdict": line.verdict or None,
    }  # fmt: skip


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")


EXPORTS = (Export("json", "json", "the lines and all that is known of them", write),)
