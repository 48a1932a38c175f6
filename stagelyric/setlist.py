"""What a musician writes: the setlist and the rig, from TOML to frozen models, every fault said at once."""

import difflib
import ipaddress
import tomllib
import types
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, ValidationError, model_validator

from stagelyric.triggers import Trigger, Written
from stagelyric.types.lines import Scheme
from stagelyric.types.mixing import Overlap
from stagelyric.words.formats import guessed

Syllables = Annotated[int, Field(ge=1, le=40)]
Port = Annotated[int, Field(ge=0, le=65535)]
Channel = Annotated[int, Field(ge=1, le=128)]
VOICE_FILE = ".onnx"  # what a Piper voice's file ends in
FileName = Annotated[str, Field(min_length=1)]
FileNames = FileName | tuple[FileName, ...]
Decibels = Annotated[float, Field(ge=-60, le=12)]


def _ordered(span: tuple[int, int]) -> tuple[int, int]:
    if span[0] > span[1]:
        raise ValueError(f"wanted the fewest first, found [{span[0]}, {span[1]}]")
    return span


def address(written: str | int, host: str = "127.0.0.1") -> tuple[str, int]:
    """ "host:port" or a port alone, as (host, port). Raises ValueError."""
    name, _, port = str(written).rpartition(":")
    if port.isdecimal() and int(port) <= 65535:
        return name.strip("[]") or host, int(port)
    raise ValueError(f'wanted "host:port" or a port from 0 to 65535, found "{written}"')


def _address(written: object) -> object:
    if isinstance(written, str | int) and not isinstance(written, bool):
        address(written)
    return str(written) if isinstance(written, int) else written


def _network(written: str) -> str:
    try:
        ipaddress.ip_network(written, strict=False)
    except ValueError:
        raise ValueError(f'wanted an address or a network like "192.168.1.0/24", found "{written}"') from None
    return written


Address = Annotated[str, BeforeValidator(_address, json_schema_input_type=str | int)]
Network = Annotated[str, AfterValidator(_network)]


class FileError(Exception):
    """A file that can't be used. `faults` are plain sentences, one for each mistake, each naming file and key."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class Section(Written):
    """A part of a song: how its lines are to be, and what is shown if nothing else is ready.

    `elisions`: syllables are counted as singers elide them: "fire" and "heaven" 1, "every" and "memory" 2.
    """

    name: Annotated[str, Field(min_length=1)]
    syllables: Annotated[tuple[Syllables, Syllables], AfterValidator(_ordered)] = (5, 11)
    rhyme: Scheme = "free"
    elisions: bool = False
    safety: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    triggers: tuple[Trigger, ...] = ()


class Song(Written):
    """`lyrics`: the song's own words, a file beside the setlist (plain text, LRC or ChordPro)."""

    title: Annotated[str, Field(min_length=1)]
    tempo: Annotated[float, Field(ge=20, le=400)] = 120.0
    time_signature: Annotated[str, Field(pattern=r"^\d{1,2}/(1|2|4|8|16|32)$")] = "4/4"
    key: str | None = None
    names: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    wildness: Annotated[float, Field(ge=0, le=1)] = 0.5
    lyrics: str | None = None
    sections: tuple[Section, ...] = (Section(name="song"),)
    triggers: tuple[Trigger, ...] = ()

    @model_validator(mode="after")
    def _sections(self) -> "Song":
        if not self.sections:
            raise ValueError("wanted at least one section, found none")
        return self

    @property
    def beats_per_bar(self) -> float:
        """Quarter notes in a bar."""
        count, unit = self.time_signature.split("/")
        return int(count) * 4 / int(unit)


def _listed(written: object) -> object:
    return (written,) if isinstance(written, str) else written


class Setlist(Written):
    """A whole show. `min_gap_ms`: a press sooner than this after the last line is disregarded, visibly.

    `never_quote`: a text file beside the setlist, or several (plain text, LRC, ChordPro, OpenLyrics), of which no five
    words and no 24 characters in a row come up in any line that is written.
    """

    title: Annotated[str, Field(min_length=1)]
    model: str = "transformer"
    seed: int | None = None
    family_friendly: bool = True
    avoid: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    never_quote: Annotated[tuple[FileName, ...], BeforeValidator(_listed, json_schema_input_type=FileNames)] = ()
    min_gap_ms: Annotated[float, Field(ge=0)] = 0.0
    triggers: tuple[Trigger, ...] = ()
    songs: tuple[Song, ...] = ()

    @model_validator(mode="after")
    def _songs(self) -> "Setlist":
        if not self.songs:
            raise ValueError("wanted at least one [[songs]], found none")
        return self

    def sections(self) -> dict[str, list[str]]:
        """The sections' names by their song's title."""
        return {song.title: [section.name for section in song.sections] for song in self.songs}


class MidiRig(Written):
    """`inputs`, `outputs`: parts of port names; no inputs named: every one there is."""

    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()


class OscRig(Written):
    """`listen`, `reply_to`: "host:port" or a port; `allow`: addresses or networks that may send (none: all).

    `advertise`: what is reached from beyond this machine is announced on the network (zeroconf).
    """

    listen: Address = "127.0.0.1:7744"
    reply_to: tuple[Address, ...] = ()
    allow: tuple[Network, ...] = ()
    advertise: bool = True


class WebRig(Written):
    """`names`: further names that this machine is reached by; `https`: also, on the next port, with a certificate of
    this machine's own; `also`: a second server that runs in step, whose pages are as good as this one's."""

    host: str = "127.0.0.1"
    port: Port = 7740
    pin: str | None = None
    names: tuple[str, ...] = ()
    https: bool = False
    also: tuple[str, ...] = ()


class WhisperRig(Written):
    """The next line in a singer's ear: `channel`, counted from 1 (none: no whisper); `beats` before it is expected;
    `gain` in decibels."""

    channel: tuple[Channel, ...] = ()
    beats: Annotated[float, Field(ge=0, le=64)] = 4.0
    gain: Decibels = -12.0


class SpeechRig(Written):
    """Who speaks, and where it is heard.

    `voice`: part of a voice's name, its language, or a Piper voice's .onnx file; `rate`: words a minute; `device`:
    part of an audio output's name; `channel`: counted from 1; `latency`: seconds, or "low" or "high"; `overlap`: what
    a new line does to one that still sounds; `gain`: decibels; `duck`: decibels by which older lines step back
    where they sound on; `fallback`: whether the usual output may stand in while `device` is not there.
    """

    voice: str | None = None
    rate: Annotated[int, Field(ge=50, le=400)] | None = None
    device: str | None = None
    channel: tuple[Channel, ...] = ()
    latency: Annotated[float, Field(gt=0, le=2)] | Literal["low", "high"] | None = None
    overlap: Overlap = "cut"
    gain: Decibels = 0.0
    duck: Annotated[float, Field(ge=-60, le=0)] = -9.0
    fallback: bool = False
    whisper: WhisperRig = WhisperRig()
    cache_mb: Annotated[int, Field(ge=0)] = 1024


class ClockRig(Written):
    source: Literal["internal", "midi", "link", "osc"] = "internal"


class LiveRig(Written):
    """Ableton Live with AbletonOSC: its scenes and clips bring the show to the song and section of their names.

    `host`: Live's machine; `port`, `answers`: where AbletonOSC listens and where it sends to, written into it;
    `track`: only clips on tracks with this in their name count.
    """

    host: Annotated[str, Field(min_length=1)] = "127.0.0.1"
    port: Port = 11000
    answers: Port = 11001
    track: str | None = None


class Rig(Written):
    """Which gear is there tonight. `live` is listened to only where it is written."""

    midi: MidiRig = MidiRig()
    osc: OscRig = OscRig()
    web: WebRig = WebRig()
    speech: SpeechRig = SpeechRig()
    clock: ClockRig = ClockRig()
    live: LiveRig | None = None


def load(path: Path) -> Setlist:
    """The setlist in a TOML file. Raises FileError with every fault in it."""
    return _load(path, Setlist, _cross_faults)


def load_rig(path: Path) -> Rig:
    """The rig in a TOML file. Raises FileError with every fault in it."""
    rig = _load(path, Rig, _rig_faults)
    if rig.speech.voice is not None and rig.speech.voice.endswith(VOICE_FILE):
        voice = str(path.parent / Path(rig.speech.voice).expanduser())
        rig = rig.model_copy(update={"speech": rig.speech.model_copy(update={"voice": voice})})
    return rig


M = TypeVar("M", bound=BaseModel)


CrossCheck = Callable[[Mapping[str, Any], Path], Iterator[str]]


def _load(path: Path, kind: type[M], cross_check: CrossCheck = lambda data, folder: iter(())) -> M:
    what = kind.__name__.lower()
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise FileError([f"{path}: wanted a {what} file, found none"]) from None
    except UnicodeDecodeError as error:
        raise FileError([f"{path}: wanted UTF-8 text, found byte 0x{error.object[error.start]:02x}"]) from None
    except OSError as error:
        raise FileError([f"{path}: could not be read: {error.strerror}"]) from None
    except tomllib.TOMLDecodeError as error:
        raise FileError([f"{path}: not valid TOML: {error}"]) from None
    faults = list[str]()
    try:
        written = kind.model_validate(data)
    except ValidationError as error:
        faults += _faults(error, kind, data)
    faults += cross_check(data, path.parent)
    if faults:
        raise FileError([f"{path}: {fault}" for fault in faults])
    return written


def _faults(error: ValidationError, kind: type[BaseModel], data: Mapping[str, Any]) -> list[str]:
    """One plain sentence for each mistake: the key, what was wanted, what was found, the nearest known key."""
    sentences: dict[str, str] = {}  # by place: the members of a union each fault the same one
    for fault in error.errors():
        model, keys = _walk(kind, fault["loc"])
        place = _place(keys, data)
        if fault["type"] == "extra_forbidden":
            known = sorted(model.model_fields)
            hint = _nearest(str(keys[-1]), known) or f"known here: {', '.join(known)}"
            sentence = f"unknown key; {hint}"
        elif fault["type"] == "missing":
            sentence = "wanted, and missing"
        elif fault["type"] == "value_error":
            sentence = str(fault["ctx"]["error"])
        else:
            sentence = f"{_wanted(fault)}, found {_shown(fault.get('input'))}"
        first = sentences.get(place)
        if first is not None and ", found " in first and sentence.startswith("wanted "):
            wanted, found = first.rsplit(", found ", 1)
            other = sentence.removeprefix("wanted ").rsplit(", found ", 1)[0]
            sentence = first if other in wanted else f"{wanted} or {other}, found {found}"
        sentences[place] = sentence
    return [f"{place}: {sentence}".removeprefix(": ") for place, sentence in sentences.items()]


_WORDS = {
    "string_type": "wanted a text",
    "int_type": "wanted a whole number",
    "int_parsing": "wanted a whole number",
    "int_from_float": "wanted a whole number",
    "float_type": "wanted a number",
    "float_parsing": "wanted a number",
    "bool_type": "wanted true or false",
    "bool_parsing": "wanted true or false",
    "tuple_type": "wanted a list",
    "string_too_short": "wanted a text that is not empty",
}


def _wanted(fault: Any) -> str:
    kind, context = fault["type"], fault.get("ctx", {})
    match kind:
        case "literal_error":
            return f"wanted {context['expected']}".replace("'", '"')
        case "greater_than_equal":
            return f"wanted {context['ge']:g} or more"
        case "greater_than":
            return f"wanted more than {context['gt']:g}"
        case "less_than_equal":
            if fault["loc"][-1] == "control":
                return "wanted 119 or less (120 to 127 are channel mode messages and never fire)"
            return f"wanted {context['le']:g} or less"
        case "string_pattern_mismatch":
            osc = context["pattern"] == "^/"
            return "wanted " + ('an OSC address, which begins with "/"' if osc else 'a time signature like "4/4"')
        case "model_type" | "model_attributes_type":
            return "wanted a table"
    message: str = fault["msg"]
    return _WORDS.get(kind) or message[0].lower() + message[1:]


def _shown(found: object) -> str:
    text = f'"{found}"' if isinstance(found, str) else str(found).lower() if isinstance(found, bool) else repr(found)
    return text if len(text) <= 60 else text[:57] + "…"


def _walk(kind: type[BaseModel], location: tuple[int | str, ...]) -> tuple[type[BaseModel], list[int | str]]:
    """The model that holds the last key of a location, and the location without pydantic's own marks."""
    model, keys = kind, list[int | str]()
    for key in location:
        field = model.model_fields.get(str(key)) if isinstance(key, str) else None
        inner = next(_models(field.annotation), None) if field is not None else None
        # Union members ("constrained-int", "literal[…]") stand in pydantic's locations and in no file.
        mark = isinstance(key, str) and (
            key.startswith(("literal[", "function-", "constrained-"))
            or (field is None and keys and key in ("int", "float", "str", "bool", "json-or-python"))
        )
        if not mark:
            keys.append(key)
        if inner is not None:
            model = inner
    return model, keys


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif get_origin(annotation) in (tuple, Union, types.UnionType, Annotated):
        for part in get_args(annotation):
            yield from _models(part)


def _place(keys: list[int | str], data: Any) -> str:
    """`songs[1] "Harbour Lights", sections[2] "verse", rhyme`: where in the file, by number and by name."""
    parts: list[str] = []
    here: Any = data
    for key in keys:
        if isinstance(key, int):
            here = here[key] if isinstance(here, list) and key < len(here) else None
            name = here.get("title") or here.get("name") if isinstance(here, dict) else None
            parts[-1] += f"[{key + 1}]" + (f' "{name}"' if isinstance(name, str) else "")
        else:
            here = here.get(key) if isinstance(here, dict) else None
            parts.append(key)
    return ", ".join(parts)


def _cross_faults(data: Mapping[str, Any], folder: Path) -> Iterator[str]:
    """What no single key shows: a trigger that leads nowhere, a name given twice, a lyrics file that is not there.

    Works on the file as it was written, so that these are said together with every other fault.
    """
    songs = _tables(data.get("songs"))
    titles = _names(songs, "title")
    everywhere = [name for song in songs for name in _names(_tables(song.get("sections")), "name")]
    yield from _twice("songs", titles)
    never = _listed(data.get("never_quote", []))
    for name in never if isinstance(never, list | tuple) else ():
        if isinstance(name, str) and not (folder / name).is_file():
            yield f'never_quote: wanted a file beside the setlist, found none at "{name}"'
    yield from _aims(data, "", titles, everywhere)
    for number, song in enumerate(songs, 1):
        place = f"songs[{number}]" + (f' "{song["title"]}"' if isinstance(song.get("title"), str) else "")
        sections = _tables(song.get("sections"))
        names = _names(sections, "name")
        yield from _twice(f"{place}, sections", names)
        yield from _aims(song, f"{place}, ", titles, names)
        lyrics = song.get("lyrics")
        if isinstance(lyrics, str) and not (folder / lyrics).is_file():
            yield f'{place}, lyrics: wanted a file beside the setlist, found none at "{lyrics}"'
        for index, section in enumerate(sections, 1):
            yield from _aims(section, f"{place}, sections[{index}], ", titles, names)


def _rig_faults(data: Mapping[str, Any], folder: Path) -> Iterator[str]:
    """A voice file that is not there."""
    speech = data.get("speech")
    voice = speech.get("voice") if isinstance(speech, dict) else None
    if isinstance(voice, str) and voice.endswith(VOICE_FILE):
        for file in (voice, f"{voice}.json"):
            if not (folder / Path(file).expanduser()).is_file():
                yield f'speech, voice: wanted a Piper voice and its .json beside the rig, found none at "{file}"'


def _tables(value: object) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _names(tables: list[dict[str, Any]], key: str) -> list[str]:
    return [table[key] for table in tables if isinstance(table.get(key), str)]


def _twice(place: str, names: list[str]) -> Iterator[str]:
    folded = [name.casefold() for name in names]
    for name in dict.fromkeys(name for name in folded if folded.count(name) > 1):
        yield f'{place}: wanted each to have its own name, found "{names[folded.index(name)]}" twice'


def _aims(table: Mapping[str, Any], place: str, titles: list[str], sections: list[str]) -> Iterator[str]:
    for number, trigger in enumerate(_tables(table.get("triggers")), 1):
        do = trigger.get("do")
        for action, there in (("goto", sections), ("song", titles)):
            value = do.get(action) if isinstance(do, dict) else None
            if not isinstance(value, str) or find_name(value, there) is not None:
                continue
            hint = _nearest(value, there) or f"there is: {', '.join(dict.fromkeys(there)) or 'none'}"
            yield f'{place}triggers[{number}], do, {action}: found no "{value}"; {hint}'


def _nearest(wanted: str, known: list[str]) -> str:
    near = difflib.get_close_matches(wanted, known, n=1, cutoff=0.5)
    return f'did you mean "{near[0]}"?' if near else ""


def find_name(wanted: str, names: list[str]) -> int | None:
    """The place of a name among names, by its exact words or else without regard to case."""
    folded = wanted.strip().casefold()
    for place, name in enumerate(names):
        if name.casefold() == folded:
            return place
    return None


def read_lyrics(path: Path) -> str:
    """The bare words of a plain-text, LRC or ChordPro file, a line a line, stanzas parted by a blank one."""
    text = path.read_bytes()
    try:
        decoded = text.decode("utf-8-sig")
    except UnicodeDecodeError:
        decoded = text.decode("latin-1")  # every byte has a meaning there; old lyric files often are
    return guessed(decoded).text
