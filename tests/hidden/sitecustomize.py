"""Where STAGELYRIC_HIDE_PROGRAMS is set, in the tests' processes: libraries that a machine with Python alone lacks."""

from ctypes import util

_HIDDEN = ("portaudio", "jack", "pulse", "asound")
_find = util.find_library
util.find_library = lambda name: None if name in _HIDDEN else _find(name)
