"""CSV: one row per record, with times in ISO 8601 (UTC)."""

import csv
import io
from datetime import UTC, datetime

from stagelyric.gear.journal.database import COLUMNS
from stagelyric.gear.journal.exports.table import Export
from stagelyric.gear.journal.night import Night


def write(night: Night) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=[column for column in COLUMNS if column != "show"], extrasaction="ignore")
    writer.writeheader()
    for row in night.rows:
        writer.writerow(row | {"wall": datetime.fromtimestamp(row["wall"], UTC).isoformat(timespec="milliseconds")})
    return out.getvalue()


EXPORTS = (Export("csv", "csv", "every record, one a row", write),)
