"""The journal's database: many records written by few statements."""

from pathlib import Path

import pytest

from stagelyric.gear.journal.database import COLUMNS, ROWS, Record, connect, insert


def record(seq: int) -> Record:
    return ("night", seq, "cue", 1e9 + seq, seq, "Jude", "verse", f"line {seq}", "frame", 0.5, None, None, None)


@pytest.mark.parametrize("count", [0, 1, ROWS - 1, ROWS, ROWS + 1, 3 * ROWS + 5])
def test_every_record_is_written_once_and_in_its_columns(tmp_path: Path, count: int) -> None:
    database = connect(tmp_path / "journal.sqlite3")
    records = [record(seq) for seq in range(count)]
    with database:
        insert(database, records[: count // 2])
        insert(database, records)
    columns = ", ".join(COLUMNS)
    found = [tuple(row) for row in database.execute(f"SELECT {columns} FROM records ORDER BY seq")]
    database.close()
    assert found == records
