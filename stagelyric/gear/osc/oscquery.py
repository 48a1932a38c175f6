"""The OSCQuery tree on the page's port: what can be sent to this show, its values and their ranges.

See https://github.com/Vidvox/OSCQueryProposal. Everything is generated from the declaration in `gear/osc/addresses`.
"""

from collections.abc import Callable, Mapping, Sequence

from stagelyric.gear.osc.addresses import TABLE, TELLS, Address, Told
from stagelyric.types.json import JsonObject
from stagelyric.types.lines import State

READ, WRITE = 1, 2
ATTRIBUTES = frozenset({"FULL_PATH", "CONTENTS", "TYPE", "ACCESS", "RANGE", "DESCRIPTION", "TAGS", "CLIPMODE", "VALUE"})
_REMEMBERED = 256  # clients that asked for HOST_INFO, at most

Node = JsonObject


class Tree:
    """Answers requests for paths. `songs`: title -> names of its sections; `osc`: returns where OSC listens now, (host,
    port)."""

    def __init__(self, name: str, osc: Callable[[], tuple[str, int]], songs: Mapping[str, Sequence[str]]) -> None:
        self._name = name
        self._osc = osc
        self._songs = songs
        self._clients: dict[tuple[str, str], None] = {}

    def answer(self, path: str, query: str, state: State) -> tuple[int, Node | None]:
        """(HTTP status, JSON): a node with everything below it, or the one attribute that `query` names.

        404: no such path; 400: no such attribute; 204: an attribute that this node does not have.
        """
        if query == "HOST_INFO":
            return 200, self.host_info()
        node = self.node(path, state)
        if node is None:
            return 404, None
        if not query:
            return 200, node
        if query not in ATTRIBUTES:
            return 400, None
        return (200, {query: node[query]}) if query in node else (204, None)

    def wanted_at_root(self, client: tuple[str, str], accept: str, query: str) -> bool:
        """Whether a client that asks for "/" wants the tree rather than the teleprompter.

        `client`: address and User-Agent. OSCQuery clients use the same port and have no header of their own, but they
        ask for HOST_INFO first, and a browser says that it wants HTML.
        """
        if "text/html" in accept:
            return False
        if query in ATTRIBUTES or query == "HOST_INFO":
            if len(self._clients) >= _REMEMBERED:
                del self._clients[next(iter(self._clients))]
            self._clients[client] = None
            return True
        return "application/json" in accept or client in self._clients

    def host_info(self) -> Node:
        host, port = self._osc()
        info: Node = {"NAME": self._name, "OSC_PORT": port, "OSC_TRANSPORT": "UDP"}
        if host not in ("", "0.0.0.0", "::"):  # else: the address of the request
            info["OSC_IP"] = host
        has = {"ACCESS", "VALUE", "RANGE", "DESCRIPTION", "TAGS", "CLIPMODE"}
        lacks = {"CRITICAL", "UNIT", "LISTEN", "PATH_CHANGED", "HTML", "OVERLOADS"}
        return info | {"EXTENSIONS": {name: name in has for name in sorted(has | lacks)}}

    def node(self, path: str, state: State) -> Node | None:
        """A node with everything below it, or None if it does not exist."""
        root = _container("/", "")
        values = _values(state)
        told = {entry.address: entry for entry in TELLS}
        for address in dict.fromkeys([*TABLE, *told]):
            node = root
            parts = address.strip("/").split("/")
            for depth, part in enumerate(parts):
                whole = "/" + "/".join(parts[: depth + 1])
                node = node.setdefault("CONTENTS", {}).setdefault(part, _container(whole, ""))
            node |= self._method(TABLE.get(address), told.get(address), values.get(address), state)
        for part in filter(None, path.split("/")):
            found = root.get("CONTENTS", {}).get(part)
            if found is None:
                return None
            root = found
        return root

    def _method(self, heard: Address | None, told: Told | None, value: list[object] | None, state: State) -> Node:
        node: Node = {"DESCRIPTION": heard.does if heard else told.does if told else ""}
        if value is None:
            node["ACCESS"] = WRITE if heard else READ
        else:
            node["ACCESS"] = WRITE | READ if heard else READ
            node["VALUE"] = value
        if heard is None:
            return node | {"TYPE": told.tags if told else "", "TAGS": ["out"]}
        kind = _TYPES[heard.argument]
        node["TYPE"] = ("T" if value[0] else "F") if kind == "T" and value else kind
        ranged = self._range(heard, state)
        if ranged is not None:
            node |= {"RANGE": [ranged], "CLIPMODE": ["none" if "VALS" in ranged else "both"]}
        return node | {"TAGS": ["in", "out"] if told else ["in"]}

    def _range(self, heard: Address, state: State) -> Node | None:
        if heard.address == "/stagelyric/song":
            return {"VALS": list(self._songs)}
        if heard.address == "/stagelyric/section":
            return {"VALS": list(self._songs.get(state.song, ()))}
        if heard.argument not in ("number", "port"):
            return None
        return {"MIN": heard.low, "MAX": heard.high}


# By the kind of argument. An address for presses has the type "impulse": it is sent without arguments.
_TYPES = {"press": "I", "text": "s", "place": "s", "number": "f", "switch": "T", "port": "i", "any": ""}


def _container(path: str, description: str) -> Node:
    return {"FULL_PATH": path, "ACCESS": 0, "DESCRIPTION": description}


def _values(state: State) -> dict[str, list[object]]:
    """The show's present values, by address."""
    return {
        "/stagelyric/song": [state.song],
        "/stagelyric/section": [state.section],
        "/stagelyric/cue": [state.line, state.song, state.section, state.number],
        "/stagelyric/next": [state.next],
        "/stagelyric/pool": [state.ready],
        "/stagelyric/tempo": [state.tempo],
        "/stagelyric/speech": [state.speech],
        "/stagelyric/wildness": [state.wildness],
    }
