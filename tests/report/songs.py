"""A few songs to measure, written for these tests."""

from pathlib import Path

from stagelyric.report.lyrics import Song, Stanza

KETTLE = """{title: The Kettle on Marrow Street}
{tempo: 92}
{key: G}
{meta: genre folk}
{meta: mood wry}
{meta: scheme verse=ABCB chorus=AABB}
# nobody sings this
{start_of_verse}
[G]Bessie sold the copper [D]kettle
to a man in a yellow hat,
he carried it down to Marrow Street
with a trout and a bag and a cat.
{end_of_verse}
{soc: Chorus}
Boil it, Bessie, boil it slow,
steam on the window, down we go.
Boil it, Bessie, boil it well,
sugar and lemon and wedding bell.
{eoc}
{sot}
e|---3---|
{eot}
{start_of_verse}
Walter came home from the quarry
and looked for his cup of tea.
There was nothing at all on the burner
but a note that said Room for Three.
{end_of_verse}
{chorus}
"""


def quatrain(*lines: str, kind: str = "verse") -> Stanza:
    return Stanza(lines, kind)


def song(title: str, *stanzas: Stanza, scheme: str = "") -> Song:
    return Song(title, stanzas, {"scheme": scheme} if scheme else {})


def write_chordpro(folder: Path, count: int = 4) -> Path:
    """A songbook of `count` different songs, a file each."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        name = ("Bessie", "Ruth", "Hilda", "Agnes", "Mavis", "Dora")[number % 6]
        text = KETTLE.replace("Bessie", name).replace("copper", ("copper", "iron", "tin", "silver")[number % 4])
        (folder / f"{number}.cho").write_text(text.replace("Marrow Street", f"Marrow Street {'x' * number}"), "utf-8")
    return folder
