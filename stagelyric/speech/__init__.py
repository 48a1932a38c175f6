"""Speaks lines: rendered in advance by one process and played by another; the show waits for neither.

In the show's own process are `output` (what is spoken, and when), `whisper`, `cache` and the near ends of the two other
processes, `renderer` and `player`; none of them imports numpy. The other processes run `renderer_process` with `voices`
and `sound`, and `player_process` with `mixer`.
"""
