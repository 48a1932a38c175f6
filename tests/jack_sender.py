"""A JACK client that plays the bytes it is given: `python -P jack_sender.py NAME`, then a line of hexadecimal bytes on
standard input for each MIDI event, whole or not; each goes into a block of its own. It says "ready" when it is up.

-P: the `jack` it imports is JACK-Client's, not the one beside this file.
"""

import queue
import sys
from importlib import import_module
from typing import Any


def main() -> None:
    jack: Any = import_module("jack")

    waiting: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    client = jack.Client(sys.argv[1], no_start_server=True)
    port = client.midi_outports.register("out")

    def process(frames: int) -> None:
        port.clear_buffer()
        if not waiting.empty():
            port.write_midi_event(frames // 2, waiting.get())

    client.set_process_callback(process)
    with client:
        print("ready", flush=True)
        for line in sys.stdin:
            waiting.put(bytes.fromhex(line))


if __name__ == "__main__":
    main()
