"""The types of JSON values whose form only the code that reads them knows: messages between processes, records on
disk, results of commands.

What is only written and never read by our code is `dict[str, object]` instead.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

Json: TypeAlias = Any  # what `json.loads` returns has no static type: each reader checks what it uses
JsonArray: TypeAlias = Sequence[Json]
JsonObject: TypeAlias = dict[str, Json]
JsonMapping: TypeAlias = Mapping[str, Json]
"""An object that is only read."""
