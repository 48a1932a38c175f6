from stagelyric.gates import family
from stagelyric.words import name_bank
from stagelyric.writing import planning


def test_the_bank_is_of_people_and_places_that_may_be_sung() -> None:
    assert not [name for name in name_bank.PEOPLE if planning.is_place(name)]
    assert not [name for name in name_bank.PLACES if not planning.is_place(name)]
    assert all(family.is_clean(name) for name in name_bank.PEOPLE + name_bank.PLACES)
    assert len(set(name_bank.PEOPLE)) == len(name_bank.PEOPLE)


def test_a_song_has_its_own_cast_each_time() -> None:
    person, place = name_bank.cast("Harbour Lights", 1967)
    assert person in name_bank.PEOPLE
    assert place in name_bank.PLACES
    assert name_bank.cast("Harbour Lights", 1967) == (person, place)
    others = {name_bank.cast(f"Song {number}", 1967) for number in range(40)}
    assert len(others) > 35
