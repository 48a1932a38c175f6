"""Hydrogen, the drum machine, without a screen: a song of one pattern, an instrument for each note that it sends."""

import time
from pathlib import Path

import psutil
from jack import Jack

PLAY, STOP = "/Hydrogen/PLAY", "/Hydrogen/STOP"
OUT = "Hydrogen-midi:TX"
_TICKS = 48  # to a quarter note
_BPM = 125  # then a hundred ticks are a second

# An instrument sends its note when it sounds, so each has a sample, of the kit that comes with the program.
_INSTRUMENT = """
  <instrument>
   <id>{place}</id><name>{note}</name><drumkit>GMRockKit</drumkit><drumkitLookup>0</drumkitLookup><volume>0.5</volume>
   <isMuted>false</isMuted><isSoloed>false</isSoloed><pan>0</pan><gain>1</gain><applyVelocity>true</applyVelocity>
   <Attack>0</Attack><Decay>0</Decay><Sustain>1</Sustain><Release>1000</Release><muteGroup>-1</muteGroup>
   <midiOutChannel>0</midiOutChannel><midiOutNote>{note}</midiOutNote>
   <instrumentComponent><component_id>0</component_id><gain>1</gain>
    <layer><filename>Kick-Hard.wav</filename><min>0</min><max>1</max><gain>1</gain><pitch>0</pitch></layer>
   </instrumentComponent>
  </instrument>"""
_NOTE = """
    <note>
     <position>{position}</position><leadlag>0</leadlag><velocity>0.8</velocity><pan>0</pan><pitch>0</pitch>
     <probability>1</probability><key>C0</key><length>4</length><instrument>{place}</instrument>
     <note_off>false</note_off>
    </note>"""
_SONG = """<?xml version="1.0" encoding="UTF-8"?>
<song>
 <version>1.2.0</version><bpm>{bpm}</bpm><volume>0.5</volume><name>acts</name><author/><notes/><license/>
 <loopEnabled>false</loopEnabled><patternModeMode>true</patternModeMode><mode>song</mode>
 <humanize_time>0</humanize_time><humanize_velocity>0</humanize_velocity><swing_factor>0</swing_factor>
 <componentList><drumkitComponent><id>0</id><name>Main</name><volume>1</volume></drumkitComponent></componentList>
 <instrumentList>{instruments}
 </instrumentList>
 <patternList>
  <pattern>
   <name>all</name><category/><size>{size}</size><denominator>4</denominator>
   <noteList>{notes}
   </noteList>
  </pattern>
 </patternList>
 <virtualPatternList/><patternSequence><group><patternID>all</patternID></group></patternSequence>
</song>
"""
_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<hydrogen_preferences>
 <version>1.2.0</version><showDevelWarning>false</showDevelWarning>
 <audio_engine>
  <audio_driver>JACK</audio_driver><samplerate>48000</samplerate>
  <jack_driver>
   <jack_transport_mode>NO_JACK_TRANSPORT</jack_transport_mode><jack_connect_defaults>false</jack_connect_defaults>
  </jack_driver>
  <midi_driver><driverName>JACK-MIDI</driverName></midi_driver>
  <osc_configuration><oscEnabled>true</oscEnabled><oscServerPort>{port}</oscServerPort></osc_configuration>
 </audio_engine>
</hydrogen_preferences>
"""


def start(server: Jack, folder: Path, notes: list[tuple[float, int]], osc_port: int) -> psutil.Process:
    """`notes` as (seconds, MIDI note), each note once. It plays when PLAY (f 1) comes to `osc_port`."""
    instruments = "".join(_INSTRUMENT.format(place=place, note=note) for place, (_, note) in enumerate(notes))
    at = [round(seconds * _BPM / 60 * _TICKS) for seconds, _ in notes]
    written = "".join(_NOTE.format(place=place, position=position) for place, position in enumerate(at))
    song = folder / "acts.h2song"
    song.write_text(
        _SONG.format(bpm=_BPM, instruments=instruments, notes=written, size=max(at) + 4 * _TICKS), encoding="utf-8"
    )
    home = folder / "home"
    (home / ".hydrogen").mkdir(parents=True)
    (home / ".hydrogen" / "hydrogen.conf").write_text(_SETTINGS.format(port=osc_port), encoding="utf-8")
    # A child: without the process that would report its crash, and outlive the signal that ends it.
    hydrogen = ("hydrogen", "--child", "-n", "-d", "jack", "-s", str(song))
    return psutil.Process(server.play("env", f"HOME={home}", "QT_QPA_PLATFORM=offscreen", *hydrogen).pid)


def is_up(process: psutil.Process) -> bool:
    """Whether it has nothing more to do, looked at for a second: whoever plays it before its song is read, which comes
    after its ports, hears nothing or some of it twice.
    """
    before = process.cpu_times().user  # of all its threads; the one that has the sound sleeps nearly always
    asleep = 0
    for _ in range(20):
        time.sleep(0.05)
        asleep += process.status() == psutil.STATUS_SLEEPING  # of the thread that reads
    return asleep >= 18 and process.cpu_times().user - before < 0.2
