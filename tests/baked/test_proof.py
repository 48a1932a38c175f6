"""The proof has every line with its number, and nothing in it is anything but text."""

import re
from html.parser import HTMLParser

from baked.shows import SET, baked

from stagelyric.baked.editing import edited
from stagelyric.baked.proof import page


class Read(HTMLParser):
    """The rows of a proof: what stands in each of its cells."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.rows: list[dict[str, str]] = []
        self.tags: set[str] = set()
        self._cell = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        self.tags.add(tag)
        if tag == "li":
            self.rows.append({"class": told.get("class") or ""})
        self._cell = (told.get("class") or "") if tag in ("span", "p") else ""

    def handle_data(self, data: str) -> None:
        if self.rows and self._cell:
            self.rows[-1][self._cell] = self.rows[-1].get(self._cell, "") + data.strip()


def test_every_line_is_there_with_its_number_and_what_it_was_chosen_for() -> None:
    rows = Read(page(baked(), "show.bake")).rows
    assert [row["n"] for row in rows] == [str(number) for number in range(1, 25)]
    assert [row["text"] for row in rows] == [one.line.text for one in baked().lines]
    assert rows[0]["why"] == "frame, plain · rain · calm"
    assert (rows[0]["s"], rows[2]["r"], rows[4]["class"]) == ("8", "b", "stanza")


def test_what_the_band_did_shows() -> None:
    made, _ = edited(baked(), strike=[1], change=[(4, "A gull comes knokking at the door")])
    rows = Read(page(made, "show.bake")).rows
    assert (rows[0]["class"], rows[3]["class"], rows[3]["why"]) == ("struck", "changed", "the band's own")
    assert rows[3]["was"] == f"was: {baked().parts[0].lines[3].line.text}"
    assert "spelling" in rows[3]["faults"]


def test_a_title_is_text_whatever_it_holds() -> None:
    written = SET.replace("Baked night", "<script>alert(1)</script>").replace("Second Song", "A & B <b>")
    read = Read(page(baked(written), '"><img src=x>.bake'))
    assert read.tags.isdisjoint({"script", "img", "b"})


def test_it_is_one_file_with_its_type_in_it() -> None:
    told = page(baked(), "show.bake")
    assert re.findall(r'url\("?([^"):]*:[^",)]*)', told) == ["data:font/woff2;base64"]
    assert "http" not in told
    assert re.search(r"(src|href)=", told) is None
