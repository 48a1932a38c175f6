"""The frames that the documentation shows are good ones."""

import re
from pathlib import Path

from phrasebook import frames

from stagelyric.phrasebook import checks
from stagelyric.phrasebook.grammar import parse

DOCS = Path(__file__).parents[2] / "docs" / "lines.md"
BLOCKS = [block for block in re.findall(r"```\n(.*?)```", DOCS.read_text("utf-8"), re.DOTALL) if "{" in block]


def shown() -> list[str]:
    """The blocks that are frames, not what is said of them."""
    return [re.sub(r"^ +", "", block, flags=re.MULTILINE) for block in BLOCKS if ".frames:" not in block]


def test_there_are_ten_and_one() -> None:
    assert len(shown()) == 11


def test_they_have_no_faults() -> None:
    for block in shown():
        (frame,) = parse(
            f"@@ hand plain; mood dark; themes rain; scheme {'ABCB' if block.count(chr(10)) > 3 else 'AA'}\n\n{block}"
        ).frames
        errors = [str(finding) for finding in checks.findings(frame, frames.KNOWN) if finding.error]
        assert not errors, (block, errors)
