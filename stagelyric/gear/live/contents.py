"""What is known of the set that is open in Ableton Live, from AbletonOSC's messages. Pure: no socket, no clock.

The addresses are those of github.com/ideoforms/AbletonOSC. It answers under the address at which it was asked, and
sends changes of a property that we listen to under the same address.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from stagelyric.types.events import OscArgument

Arguments = tuple[OscArgument, ...]

SCENES, TRACKS = "/live/song/get/num_scenes", "/live/song/get/track_names"
CLIPS, CLIP = "/live/track/get/clips/name", "/live/clip/get/name"
SLOT, SCENE, TRIGGERED = "/live/track/get/playing_slot_index", "/live/scene/get/name", "/live/scene/get/is_triggered"
STARTED = "/live/startup"

# What is asked, and why; the same table is in the patch's README.
ASKED = (
    (SCENES, "how many scenes there are; also whether Live still answers"),
    (TRACKS, "the tracks, by name; also whether another set was opened"),
    (SLOT.replace("get", "start_listen"), "which clip plays on each track"),
    (CLIPS, "the clips' names"),
    (CLIP, "the name of a clip that is new"),
    (SCENE.replace("get", "start_listen"), "each scene's name"),
    (TRIGGERED.replace("get", "start_listen"), "that a scene was launched, and has begun"),
)


@dataclass(frozen=True, slots=True)
class Began:
    """A clip or a scene of this name has begun to play."""

    name: str


@dataclass(frozen=True, slots=True)
class Look:
    """A scene was launched and is no longer waiting: it began or was cancelled. Call `LiveSet.began` a moment later to
    find out."""

    scene: int


@dataclass(frozen=True, slots=True)
class Query:
    """A message to be sent to Live."""

    address: str
    arguments: tuple[int | str, ...] = ()


Effect = Began | Look | Query


class LiveSet:
    """The state of Live's set. `hear` takes Live's messages. `track`: only clips of tracks with this in their name
    count (scenes always do)."""

    def __init__(self, track: str | None = None) -> None:
        self.scenes: dict[int, str] = {}
        self.clips: dict[int, list[str | None]] = {}
        self._wanted = track
        self._count = 0
        self._tracks: tuple[str, ...] | None = None
        self._playing: dict[int, int] = {}
        self._triggered: set[int] = set()

    def hear(self, address: str, arguments: Arguments) -> list[Effect]:
        """The effects of a message; messages that AbletonOSC would not send are ignored."""
        match (address, *arguments):
            case (str() as at, int(track), int(slot)) if at == SLOT:
                return list(self._plays(track, slot))
            case (str() as at, int(scene), int(waits)) if at == TRIGGERED:
                return self._waits(scene, bool(waits))
            case (str() as at, int(scene), str(name)) if at == SCENE:
                self.scenes[scene] = name
            case (str() as at, int(track), *names) if at == CLIPS:
                self.clips[track] = [name if isinstance(name, str) else None for name in names]
            case (str() as at, int(track), int(slot), str(name)) if at == CLIP:
                return self._named(track, slot, name)
        return []

    def changed(self, address: str, arguments: Arguments) -> bool:
        """Takes an answer to the regular query; returns True if another set is open, so that we must subscribe
        again."""
        if address == SCENES and len(arguments) == 1 and isinstance(arguments[0], int):
            was, self._count = self._count, arguments[0]
            if was != self._count:
                self.scenes.clear()
                self._triggered.clear()
                return True
        if address == TRACKS:
            tracks_were, self._tracks = self._tracks, tuple(str(name) for name in arguments)
            if tracks_were != self._tracks:
                self._playing.clear()  # the first report about each track is no launch
                self.clips.clear()
                return True
        return False

    def listen(self) -> Iterator[Query]:
        """The queries for a Live that was just found or has another set open."""
        yield from self.names()
        yield Query(SLOT.replace("get", "start_listen"), ("*",))
        for scene in range(self._count):
            yield Query(SCENE.replace("get", "start_listen"), (scene,))
            yield Query(TRIGGERED.replace("get", "start_listen"), (scene,))

    def names(self) -> Iterator[Query]:
        """The queries for the clips' names, which Live reports only when asked."""
        for track in range(len(self._tracks or ())):
            yield Query(CLIPS, (track,))

    def began(self, scene: int) -> list[Began]:
        """Whether the scene of a `Look` began: no scene is waiting any more, and one of its clips plays, if it has
        any."""
        row = self._row(scene)
        if self._triggered or (row and not any(self._playing.get(track) == scene for track in row)):
            return []
        return self._scene(scene)

    def _plays(self, track: int, slot: int) -> Iterator[Effect]:
        before = self._playing.get(track)
        self._playing[track] = slot
        if before in (None, slot) or slot < 0:
            return
        names = self.clips.get(track, [])
        name = names[slot] if slot < len(names) else None
        if name is not None and self._counts(track):
            yield Began(name)
        elif name is None:
            yield Query(CLIP, (track, slot))
        row = self._row(slot)
        if row and all(self._playing.get(other) == slot for other in row):
            yield from self._scene(slot)

    def _named(self, track: int, slot: int, name: str) -> list[Effect]:
        names = self.clips.setdefault(track, [])
        names += [None] * (slot + 1 - len(names))
        new, names[slot] = names[slot] is None, name
        return [Began(name)] if new and self._playing.get(track) == slot and self._counts(track) else []

    def _waits(self, scene: int, waits: bool) -> list[Effect]:
        waited = scene in self._triggered
        (self._triggered.add if waits else self._triggered.discard)(scene)
        return [Look(scene)] if waited and not waits else []

    def _row(self, scene: int) -> list[int]:
        """The tracks that have a clip in a scene."""
        return [track for track, names in self.clips.items() if scene < len(names) and names[scene] is not None]

    def _scene(self, scene: int) -> list[Began]:
        name = self.scenes.get(scene)
        return [Began(name)] if name else []

    def _counts(self, track: int) -> bool:
        tracks = self._tracks or ()
        return self._wanted is None or (track < len(tracks) and self._wanted.casefold() in tracks[track].casefold())
