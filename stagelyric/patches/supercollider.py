"""SuperCollider: a class for the language (sclang), and an example."""

from collections.abc import Iterator

from stagelyric.gear.osc.addresses import Address
from stagelyric.patches.picture import flow
from stagelyric.patches.target import DOES, SAYS, File, Target, name, table, text

_HEAD = """\
// stagelyric: made by `stagelyric patches export`.
Stagelyric {
	var <addr, responders, renewing;

	*new { |host = "HOST", port = PORT|
		^super.new.init(host, port)
	}

	init { |host, port|
		addr = NetAddr(host, port);
		responders = List.new;
		// What happens is told for 60 s to whoever asks; it comes back to the port that sclang sends from.
		renewing = Routine {
			loop {
				addr.sendMsg("/stagelyric/subscribe");
				20.wait;
			}
		}.play(SystemClock);
	}

	// name: SAYS. The function gets the values: for cue, |text, song, section, number|.
	on { |name, function|
		var responder = OSCFunc({ |message|
			function.valueArray(message[1..].collect { |value|
				value.isKindOf(Symbol).if { value.asString } { value }
			})
		}, "/stagelyric/%".format(name).asSymbol, addr);
		responders.add(responder.permanent_(true));
		^responder
	}

	free {
		renewing.stop;
		responders.do(_.free);
		responders.clear;
		addr.sendMsg("/stagelyric/unsubscribe");
	}

"""


def files(target: Target) -> Iterator[File]:
    yield text("supercollider/Stagelyric.sc", _class(target))
    yield text("supercollider/example.scd", _EXAMPLE)
    yield text(
        "supercollider/picture.svg", flow("SuperCollider", "s.line, s.word(…)", "stagelyric", "cue, next", "s.on(…)")
    )
    yield text("supercollider/README.md", _readme())


def method(address: str) -> str:
    """The method's name for an address: songNext for /stagelyric/song/next."""
    first, *rest = name(address).split("/")
    return first + "".join(part.capitalize() for part in rest)


def _class(target: Target) -> str:
    head = _HEAD.replace("HOST", target.host).replace("PORT", str(target.osc_port)).replace("SAYS", ", ".join(SAYS))
    return head + "\n".join(_method(entry) for entry in DOES) + "}\n"


def _method(entry: Address) -> str:
    argument = {"press": "", "text": "text", "place": "place", "switch": "on = 1"}.get(entry.argument, "value")
    given = argument.partition(" ")[0]
    # Texts are sent as strings: a Symbol would work as well, a Char would not. A place is a title or a number from 1.
    value = {"text": "text.asString", "on": "on.binaryValue"}.get(given, given) or "1"
    if entry.argument == "switch":
        value = "on.isKindOf(Boolean).if { on.binaryValue } { on }"
    takes = f" |{argument}|" if argument else ""
    return (
        f'\t// {entry.does}\n\t{method(entry.address)} {{{takes}\n\t\taddr.sendMsg("{entry.address}", {value});\n\t}}\n'
    )


_EXAMPLE = """\
// Evaluate line by line while stagelyric plays.
s = Stagelyric.new;
s.on(\\cue, { |text, song, section, number| "%: %".format(number, text).postln });
s.line;
s.word("harbour");
s.section("chorus");
s.wildness(0.8);
// A line on every bar:
Routine { loop { s.line; 8.wait } }.play(TempoClock(2));
s.free;
"""


def _readme() -> str:
    rows = [(f"`s.{method(entry.address)}`", entry.does) for entry in DOES]
    return f"""# SuperCollider

![Who sends what](picture.svg)

1. Copy `Stagelyric.sc` into the folder that `Platform.userExtensionDir` names, and recompile the class library
   (Language, Recompile Class Library).
2. Start stagelyric: `stagelyric play my-set.toml`.
3. Open `example.scd`. `s = Stagelyric("192.168.1.20", 7744)` speaks to another machine.

{table(rows, "method", "does")}

`s.on(\\cue, {{ |text, song, section, number| … }})` hears what is told: {", ".join(SAYS)}.
"""
