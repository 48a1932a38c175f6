// stagelyric: made by `stagelyric patches export`.
Stagelyric {
	var <addr, responders, renewing;

	*new { |host = "127.0.0.1", port = 7744|
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

	// name: cue, clear, next, pool, song, section, syllable, error. The function gets the values: for cue, |text, song, section, number|.
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

	// shows the next line
	line {
		addr.sendMsg("/stagelyric/line", 1);
	}

	// shows a line with this word, written now
	word { |text|
		addr.sendMsg("/stagelyric/word", text.asString);
	}

	// shows this text
	say { |text|
		addr.sendMsg("/stagelyric/say", text.asString);
	}

	// takes this text for what was just sung; the next lines answer it
	heard { |text|
		addr.sendMsg("/stagelyric/heard", text.asString);
	}

	// shows the last line again
	again {
		addr.sendMsg("/stagelyric/again", 1);
	}

	// holds the line that is up; once more releases it
	hold {
		addr.sendMsg("/stagelyric/hold", 1);
	}

	// clears the stage
	clear {
		addr.sendMsg("/stagelyric/clear", 1);
	}

	// clears the stage, releases the hold, calls off what is pending
	panic {
		addr.sendMsg("/stagelyric/panic", 1);
	}

	// keeps the line that is up for later shows
	keep {
		addr.sendMsg("/stagelyric/keep", 1);
	}

	// takes the line down, shows the next, and never shows it again
	veto {
		addr.sendMsg("/stagelyric/veto", 1);
	}

	// puts another line in the place of the one to come
	swap {
		addr.sendMsg("/stagelyric/swap", 1);
	}

	// puts another line in its place, and never shows it
	vetoNext {
		addr.sendMsg("/stagelyric/veto/next", 1);
	}

	// goes to the song with this title or number
	song { |place|
		addr.sendMsg("/stagelyric/song", place);
	}

	// goes to the next song
	songNext {
		addr.sendMsg("/stagelyric/song/next", 1);
	}

	// goes to the song before
	songPrevious {
		addr.sendMsg("/stagelyric/song/previous", 1);
	}

	// goes to the section with this name or number
	section { |place|
		addr.sendMsg("/stagelyric/section", place);
	}

	// goes to the next section
	sectionNext {
		addr.sendMsg("/stagelyric/section/next", 1);
	}

	// goes to the section before
	sectionPrevious {
		addr.sendMsg("/stagelyric/section/previous", 1);
	}

	// 0 sober to 1 wild
	wildness { |value|
		addr.sendMsg("/stagelyric/wildness", value);
	}

	// speech off (0) or on (1)
	speech { |on = 1|
		addr.sendMsg("/stagelyric/speech", on.isKindOf(Boolean).if { on.binaryValue } { on });
	}

	// sets the tempo, where the clock's source is osc
	tempo { |value|
		addr.sendMsg("/stagelyric/tempo", value);
	}

	// sets the beat, from 0, where the clock's source is osc
	beat { |value|
		addr.sendMsg("/stagelyric/beat", value);
	}
}
