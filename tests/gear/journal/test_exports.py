"""What a night is made into, read back by programs that nobody here wrote."""

import csv
import io
import json
import re
import subprocess
from dataclasses import replace
from html import unescape
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import mido
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from stagelyric.gear.journal.exports import table
from stagelyric.gear.journal.night import Bound, Draft, Night, joined, kept_alone, night, part
from stagelyric.words.formats import parse

EXPORTS = table.every()
SHOW = {"id": "abc123", "title": "Friday & co", "started": 1_764_000_000.0, "seed": 1967}
LINES = (
    ("Harbour Lights", "verse", "Polly ties the boat by feel"),
    ("Harbour Lights", "verse", 'He said "hold, the <light>" & 1967 came'),
    ("Harbour Lights", "chorus", "[Row] {the} water, row"),
    ("Café Noir", "verse", "# Number one — don’t look down"),
)


def rows(
    tempo: float = 96.0, gaps: tuple[float, ...] = (3.1, 2.7, 30.0), keep: tuple[int, ...] = (1, 4)
) -> list[dict[str, Any]]:
    """A night: each song's clock begins at 0 with the song, two seconds before its first line."""
    found: list[dict[str, Any]] = []
    wall, begun, last = 1_764_000_002.0, 1_764_000_000.0, "Harbour Lights"
    for number, (song, section, text) in enumerate(LINES, 1):
        if number > 1:
            wall += gaps[number - 2]
        if song != last:
            begun, last = wall - 2.0, song
        beat = round((wall - begun) * tempo / 60, 3)
        row = {
            "show": "abc123", "seq": 0, "kind": "cue", "wall": round(wall, 6), "number": number, "song": song,
            "section": section, "text": text, "origin": "frame", "latency_ms": 0.1, "beat": beat, "source": None,
            "detail": None,
        }  # fmt: skip
        found.append(row)
        if number in keep:
            found.append({**row, "kind": "keep", "wall": wall + 0.5, "number": None})
    return [{**row, "seq": place} for place, row in enumerate(found, 1)]


def made(name: str, of: Night | None = None) -> Any:
    return EXPORTS[name].write(of or night(SHOW, rows()))


def test_as_text_csv_and_json() -> None:
    assert made("text").startswith("Harbour Lights · verse\n\nPolly ties the boat by feel\nHe said")
    parsed = list(csv.DictReader(io.StringIO(made("csv"))))
    assert [row["text"] for row in parsed if row["kind"] == "cue"] == [text for *_, text in LINES]
    assert parsed[0]["wall"] == "2025-11-24T16:00:02.000+00:00"
    told = json.loads(made("json"))
    assert told["show"] == {
        "id": "abc123",
        "title": "Friday & co",
        "started": "2025-11-24T16:00:00.000+00:00",
        "seed": 1967,
    }
    assert [line["verdict"] for line in told["lines"]] == ["keep", None, None, "keep"]
    assert told["lines"][1]["at"] == 3.1
    assert told["lines"][0]["tempo"] == pytest.approx(96, abs=0.1)


def seconds(time: Any) -> float:
    return float(time.minutes * 60 + time.seconds + time.microseconds / 1e6)


@pytest.mark.needs("package:lrcparser")
def test_an_lrc_library_reads_the_lines_and_their_times() -> None:
    lrcparser: Any = import_module("lrcparser")
    file = lrcparser.LrcParser.parse(made("lrc"))
    sung = [line for line in file["lrc_lines"] if str(line.text).strip()]
    assert [str(line.text) for line in sung] == [text.replace("[Row]", "(Row)") for *_, text in LINES]
    assert [seconds(line.start_time) for line in sung] == pytest.approx([0.0, 3.1, 5.8, 35.8], abs=0.006)


@pytest.mark.needs("package:lrcparser")
def test_enhanced_lrc_has_its_syllables_on_the_beats() -> None:
    assert made("lrc-enhanced").splitlines()[4].startswith("[00:00.00]<00:00.50>Pol<")
    lrcparser: Any = import_module("lrcparser")
    first = lrcparser.LrcParser.parse(made("lrc-enhanced"))["lrc_lines"][0]
    times = [seconds(piece.time) for piece in first.text]
    assert times[0] == 0.5  # on the beat after its cue, which came at beat 3.2
    assert all(later - earlier == pytest.approx(60 / 96, abs=0.011) for earlier, later in pairwise(times[:5]))
    assert parse("x.lrc", made("lrc-enhanced"))[0][0].lines[0] == LINES[0][2]


@pytest.mark.needs("package:webvtt-py")
def test_a_webvtt_library_reads_the_subtitles() -> None:
    webvtt: Any = import_module("webvtt")
    captions = list(webvtt.from_string(made("webvtt")).captions)
    assert [unescape(caption.text) for caption in captions][:2] == [LINES[0][2], LINES[1][2]]
    assert [caption.start_in_seconds for caption in captions] == [0, 3, 5, 35]
    assert captions[0].end == captions[1].start == "00:00:03.100"


@pytest.mark.needs("package:webvtt-py")
def test_a_subtitles_library_reads_srt(tmp_path: Path) -> None:
    webvtt: Any = import_module("webvtt")
    file = tmp_path / "night.srt"
    file.write_text(made("srt"), "utf-8")
    captions = list(webvtt.from_srt(file).captions)
    angles = str.maketrans("<>", "‹›")
    assert [caption.text for caption in captions] == [text.translate(angles) for *_, text in LINES]
    assert [caption.start_in_seconds for caption in captions] == [0, 3, 5, 35]
    assert captions[0].end == captions[1].start == "00:00:03.100"


@given(st.tuples(*[st.floats(-60.0, 4000.0)] * 3))
def test_subtitles_end_after_they_begin_and_before_the_next(gaps: tuple[float, float, float]) -> None:
    """Whatever the machine's clock said: it may be set back during a night."""
    of = night(SHOW, rows(gaps=gaps))
    for name, point in (("webvtt", r"\."), ("srt", ",")):
        times = [
            [int(hours) * 3600 + int(minutes) * 60 + int(s) + int(ms) / 1000 for hours, minutes, s, ms in found]
            for line in made(name, of).splitlines()
            if len(found := re.findall(rf"(\d\d+):(\d\d):(\d\d){point}(\d\d\d)", line)) == 2
        ]
        assert len(times) == len(LINES)
        assert all(begin < end for begin, end in times)
        assert all(
            begin < 0.0015 or end < later + 0.0015 for (begin, end), (later, _) in pairwise(times) if begin <= later
        )


@pytest.mark.needs("chordii")
def test_chordii_makes_a_page_of_each_song(tmp_path: Path) -> None:
    sheet = tmp_path / "night.cho"
    sheet.write_text(made("chordpro"), "latin-1", errors="replace")  # chordii is older than UTF-8
    done = subprocess.run(["chordii", "-o", tmp_path / "night.ps", sheet], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0
    told = set(re.findall(r"WARNING: (.*)", done.stderr))  # it is older than these
    assert told <= {f"Invalid Directive : [{name}]" for name in ("tempo", "start_of_verse", "end_of_verse")}
    page = (tmp_path / "night.ps").read_text("latin-1")
    for words in ("Harbour Lights", "Polly ties the boat by feel", r"\(Row\) \(the\) water, row", "Number one"):
        assert words in page


def test_song_sheets_come_back_as_they_went() -> None:
    songs, _ = parse("night.cho", made("chordpro"))
    assert [song.tags["title"] for song in songs] == ["Harbour Lights", "Café Noir"]
    assert songs[0].stanzas == (
        ("verse", ("Polly ties the boat by feel", 'He said "hold, the ‹light›" & 1967 came')),
        ("chorus", ("(Row) (the) water, row",)),
    )


def test_an_xml_reader_finds_a_song_of_openlyrics() -> None:
    song = ElementTree.fromstring(made("openlyrics", night(SHOW, rows()).of("Harbour Lights")))
    spaces = {"o": "http://openlyrics.info/namespace/2009/song"}
    assert (song.tag, song.get("version")) == ("{http://openlyrics.info/namespace/2009/song}song", "0.9")
    assert [child.tag.partition("}")[2] for child in song] == ["properties", "lyrics"]
    assert song.findtext("o:properties/o:titles/o:title", namespaces=spaces) == "Harbour Lights"
    assert song.findtext("o:properties/o:verseOrder", namespaces=spaces) == "v1 c1"
    names = [verse.get("name") for verse in song.iterfind("o:lyrics/o:verse", spaces)]
    assert names == ["v1", "c1"]
    (first, _) = song.iterfind("o:lyrics/o:verse/o:lines", spaces)
    assert list(first.itertext()) == [text for *_, text in LINES[:2]]


@given(
    st.text(max_size=12),
    st.lists(st.tuples(st.text(max_size=8), st.text(max_size=8), st.text(max_size=20)), max_size=6),
)
def test_a_song_of_openlyrics_keeps_to_its_schema(title: str, lines: list[tuple[str, str, str]]) -> None:
    """What openlyrics-0.9.rng asks, which is in no package: checked against that file itself when this was written."""
    sung = [
        {**rows()[0], "song": song, "section": section, "text": text, "number": number, "seq": number}
        for number, (song, section, text) in enumerate(lines, 1)
    ]
    song = ElementTree.fromstring(made("openlyrics", night({**SHOW, "title": title}, sung)).encode("utf-8", "replace"))
    spaces = {"o": "http://openlyrics.info/namespace/2009/song"}
    assert (song.findtext("o:properties/o:titles/o:title", namespaces=spaces) or "").strip()
    assert all((note.text or "").strip() for note in song.iterfind("o:properties/o:comments/o:comment", spaces))
    names = [verse.get("name") or "" for verse in song.iterfind("o:lyrics/o:verse", spaces)]
    assert names
    assert len(set(names)) == len(names)
    assert all(re.fullmatch("[vcpbeo][1-9][0-9]*", name) for name in names)
    assert (song.findtext("o:properties/o:verseOrder", namespaces=spaces) or "").split() == names


def test_the_songs_of_a_night_apart_are_those_that_it_has() -> None:
    of = night(SHOW, rows())
    assert list(of.apart()) == [(song, of.of(song)) for song in of.songs]


def lyrics_of(data: bytes) -> list[tuple[float, str]]:
    """(seconds, words), by mido's own reckoning of the tempo map."""
    at, found = 0.0, []
    for message in mido.MidiFile(file=io.BytesIO(data), charset="utf-8"):
        at += message.time
        if message.type == "lyrics":
            found.append((at, message.text))
    return found


def test_mido_reads_each_line_at_its_cue() -> None:
    of = night(SHOW, rows())
    read = lyrics_of(made("midi", of))
    assert [text for _, text in read] == [text for *_, text in LINES]
    for (at, _), line in zip(read, of.lines, strict=True):
        assert at - read[0][0] == pytest.approx(line.at, abs=0.001)
    assert read[0][0] == pytest.approx(2.0, abs=0.001)  # the song's own bars begin where they did
    file = mido.MidiFile(file=io.BytesIO(made("midi", of)), charset="utf-8")
    assert [message.text for message in file.tracks[0] if message.type == "marker"][::2] == [
        "Harbour Lights: verse", "Café Noir: verse",
    ]  # fmt: skip


@settings(max_examples=60, deadline=None)
@example(30.0, (0.375, 0.0, 0.0), [0.0, 3.015625, 0.0, 0.0])  # 15 ticks to the next beat, in .375 seconds
@example(30.0, (0.008, 0.0, 0.0), [0.0, 3.0004, 0.0, 0.0])  # not one tick
@given(
    st.floats(30, 300), st.tuples(*[st.floats(0.0, 400.0)] * 3), st.lists(st.floats(-50, 400), min_size=4, max_size=4)
)
def test_a_midi_files_cues_are_right_whatever_the_clock_did(
    tempo: float, gaps: tuple[float, float, float], odd: list[float]
) -> None:
    for beats in (None, odd):
        records = rows(tempo, gaps)
        for row in records:
            if beats is not None and row["kind"] == "cue":
                row["beat"] = round(beats[row["number"] - 1], 3)
        of = night(SHOW, records)
        read = lyrics_of(made("midi", of))
        for (at, _), line in zip(read, of.lines, strict=True):
            assert at - read[0][0] == pytest.approx(line.at, abs=0.001)


def test_a_book_to_print_has_what_was_kept(tmp_path: Path) -> None:
    page = made("songbook")
    assert page.count("<article") == 2
    assert "Polly ties the boat by feel" in page
    assert "hold, the" not in page
    assert "&lt;light&gt;" in made("songbook", night(SHOW, rows(keep=())))


def test_parts_of_a_night_and_several_nights() -> None:
    of = night(SHOW, rows())
    assert [line.number for line in kept_alone(of).lines] == [1, 4]
    assert [line.number for line in part(of, Bound(2), Bound(3)).lines] == [2, 3]
    assert [line.number for line in part(of, Bound(wall=of.lines[2].wall), None).lines] == [3, 4]
    assert {row["number"] for row in part(of, Bound(2), Bound(2)).rows} == {2}
    both = joined([of, of])
    assert [line.number for line in both.lines] == [1, 2, 3, 4, 1, 2, 3, 4]
    assert both.lines[4].at == of.lines[3].until


@pytest.mark.parametrize("name", EXPORTS)
def test_a_night_without_lines_is_exported_all_the_same(name: str) -> None:
    assert made(name, night(SHOW, [])) is not None


def test_a_book_to_print_has_the_drafts_first() -> None:
    of = night(SHOW, rows())
    of = replace(of, drafts=(Draft("Harbour Lights", (("Row the water", ""), ("A <last> line",))),))
    page = made("songbook", of)
    assert page.index("Row the water") < page.index("a line to come") < page.index("A &lt;last&gt; line")
    assert page.index("A &lt;last&gt; line") < page.index("Polly ties")
