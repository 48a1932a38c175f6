"""What the tests and the commands that measure share: the real program started, and ways to wait for what it does.

clock      time that is moved by hand
waiting    waiting for what another task, thread or process does
recorder   a part of a show that remembers what it was told
play       `stagelyric play` in a process of its own, and a display that listens to it
"""
