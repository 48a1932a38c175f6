"""Lines spoken: rendered ahead in one process, played from another, and the show waits for neither.

In the show's own process are `output` (what is spoken, and when), `whisper`, `cache` and the near ends of the two
processes, `renderer` and `player`; none of them imports numpy. In the other two are `renderer_process` with `voices`
and `sound`, and `player_process` with `mixer`.
"""
