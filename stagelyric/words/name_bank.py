"""People and places for songs that name none: a line about Odile in Leith says more than another "you and me"."""

from __future__ import annotations

import hashlib

PEOPLE = (
    "Ada Finch", "Agnes Bell", "Alma", "Amir", "Annie Drummond", "Arturo", "Ayo", "Bella Crane", "Benny Lark", "Bruno",
    "Captain Amber", "Celeste", "Clara Boone", "Cora Vale", "Desmond Reed", "Dina", "Doctor Willow", "Dolores", "Dora",
    "Edie Marlow", "Elsa Brandt", "Emil", "Esther Poole", "Ezra", "Fatima", "Felix Adler", "Frankie Dunn", "Gloria",
    "Greta Holm", "Hassan", "Hattie", "Hector Lowe", "Ida Rowe", "Ines", "Ivan", "Jesse Calder", "Josephine", "Juno",
    "Kofi", "Lady Marble", "Lena Hart", "Lionel", "Lola Pine", "Lucinda", "Mabel Stone", "Marisol", "Mister Copper",
    "Mister Tulip", "Mona Grey", "Nadia", "Nico", "Nora Quill", "Odile", "Old Barnaby", "Oscar Wren", "Otis", "Pearl",
    "Petra Voss", "Priya", "Queenie", "Rafael", "Rosa Linden", "Ruben", "Ruthie Crow", "Sally Thorn", "Samir", "Silas",
    "Stella Moss", "Tess Harrow", "Theo", "Tilda", "Tommy Birch", "Ursula", "Vera Lind", "Victor", "Wanda", "Willa",
    "Yasmin", "Yoko", "Zelda Frost",
)  # fmt: skip
PLACES = (
    "Aberdeen", "Avalon Street", "Baker's Hill", "Baltimore", "Bergen", "Bramble Road", "Bristol", "Buffalo", "Cadiz",
    "Calais", "Canal Street", "Cardiff", "Cherry Lane", "Chicago", "Copper Street", "Cork", "Dakar", "Detroit", "Dover",
    "Dundee", "El Paso", "Ferry Road", "Galway", "Genoa", "Ghent", "Glasgow", "Halifax", "Hamburg", "Harbour Street",
    "Havana", "Helsinki", "Hull", "Inverness", "Jericho Street", "Kingston", "Leith", "Lima", "Lisbon", "Memphis",
    "Mill Road", "Mobile Bay", "Mombasa", "Montreal", "Naples", "Oslo", "Paradise Row", "Penzance", "Reno", "Riga",
    "Rotterdam", "Lucy Square", "Salem", "Santa Fe", "Seville", "Silver Street", "Station Road", "Sydney",
    "Tangier", "Toledo", "Tucson", "Turin", "Vine Street", "Winnipeg",
)  # fmt: skip


def cast(title: str, seed: int = 0) -> tuple[str, str]:
    """A person and a place for a song; always the same for a title and seed."""
    drawn = hashlib.sha256(f"{seed}/{title}".encode()).digest()
    person, place = (int.from_bytes(part) for part in (drawn[:8], drawn[8:16]))
    return PEOPLE[person % len(PEOPLE)], PLACES[place % len(PLACES)]
