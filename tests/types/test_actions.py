"""The table of actions, and what is made from it."""

from typing import get_args

from stagelyric.gear.osc.addresses import TABLE as ADDRESSES
from stagelyric.gear.osc.addresses import Address
from stagelyric.setlist.triggers import Trigger, parse_do
from stagelyric.show.show import Show
from stagelyric.types.actions import ACTIONS, TABLE, Action
from stagelyric.types.events import Command
from stagelyric.web import files

VALUES = {"text": "rain", "place": "chorus", "share": 0.5}


def test_every_action_has_its_row() -> None:
    assert sorted(ACTIONS) == sorted(get_args(Action))
    assert all(row.label and row.does for row in TABLE)
    assert len({row.label for row in TABLE}) == len(TABLE)


def test_what_an_action_takes_is_what_can_be_written() -> None:
    for row in TABLE:
        written = row.name if row.takes == "nothing" else {row.name: VALUES[row.takes]}
        do = parse_do(written)
        assert (do.action, do.value) == (row.name, VALUES.get(row.takes))


def test_the_schema_names_every_action() -> None:
    schema = str(Trigger.model_json_schema())
    assert [row.name for row in TABLE if f"'{row.name}'" not in schema] == []


def test_osc_reaches_every_action() -> None:
    reached = {event.do.action for entry in ADDRESSES.values() if entry.event for event in sent(entry)}
    assert reached == set(ACTIONS)


def sent(entry: Address) -> list[Command]:
    given = [entry.example, (0,)] if entry.argument == "switch" else [entry.example]
    found = [entry.event(0.0, "test", arguments) for arguments in given] if entry.event else []
    return [event for event in found if isinstance(event, Command)]


def test_the_show_knows_every_action() -> None:
    from inspect import getsource

    source = getsource(Show)
    assert [name for name in ACTIONS if f'"{name}"' not in source] == []


def test_the_pads_offer_what_the_table_says() -> None:
    module = files.read()["/static/pads.js"].body.decode()
    assert [row.name for row in TABLE if (f'["{row.name}", "{row.pad}"' in module) != bool(row.pad)] == []
