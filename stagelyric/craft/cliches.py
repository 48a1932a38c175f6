"""Stock phrases: what a thousand songs have said already."""

from __future__ import annotations

from functools import cache

from stagelyric.craft.novelty import normal

_PHRASES = """
you know that i / i'm the one / you're the one / the one for me / all night long / all my life / all my love
all alone / all of my heart / heart and soul / my heart and soul / broken heart / break my heart / broke my heart
heart of gold / heart of stone / in my heart / from my heart / in my dreams / in my arms / in your arms
in your eyes / by my side / by your side / side by side / hand in hand / hold me tight / hold my hand
hold me close / hold you close / here with me / stay with me / be with you / be with me / with you tonight
tonight is the night / dance the night away / all day long / day and night / night and day / day by day
end of the day / end of time / till the end / until the end / end of the road / end of the line / forever and ever
forever and a day / now and forever / always and forever / never let you go / never let me go / let me go
let it go / let it be / let it shine / never be the same / never say goodbye / say goodbye / want you to know
need you now / need you tonight / i need you / i want you / i love you / i miss you / love you so / love me do
love is blind / in love with you / fall in love / falling in love / fell in love / true love / my one and only
only you / only one / one and only / can't live without you / live without you / can't get enough / can't stop
can't let go / don't go away / don't let me down / don't look back / don't you know / don't say goodbye
set me free / set you free / wild and free / born to be / break free / feel alive / come alive / come what may
come back to me / come to me / take my hand / take me home / take me away / take my breath away / far away
fade away / run away / fly away / slip away / wash away / blow away / drift away / so far away / up in the sky
reach for the sky / touch the sky / reach for the stars / shining star / stars above / moon above / heaven above
sent from above / fire and rain / sun and rain / through the rain / in the rain / pouring rain / after the rain
light of day / see the light / shine a light / light up the sky / shadow of a doubt / dark of night / dead of night
dead and gone / gone away / lost and found / lost without you / lost in you / lost in time / time after time
time will tell / time goes by / take your time / once upon a time / one more time / one more night / one more chance
last chance / second chance / take a chance / on my mind / out of my mind / lose my mind / lost my mind
make me feel / way you feel / way i feel / feel this way / feel so right / feels so right / tell me why
tell me true / tell the truth / believe in me / trust in me / dream come true / dreams come true / wishing well
wish upon a star / make a wish / tears i cried / cry no more / tears of joy / tears of rain / tears in my eyes
cold as ice / hot as fire / burning fire / flame of love / fan the flame / on fire / through the fire
play with fire / world apart / around the world / top of the world / my whole world / the world to me
against the world / end of the world / meant to be / so it seems / it seems to me / what you mean to me
deep inside / down inside / deep in my soul / body and soul / angel in disguise / ocean wide / mountain high
river wide / valley low / ups and downs / through thick and thin / thick and thin / high and low / near and far
young and old / rich and poor / old and grey / good and bad / wrong or right / right or wrong / black and white
stand by me / stand by you / stand tall / be strong / so strong / carry on / move on / hold on / keep on
turn around / turn back time / walk away / walk on by / long way home / home sweet home / far from home
on the road again
"""


@cache
def _known() -> frozenset[str]:
    return frozenset(normal(phrase) for line in _PHRASES.strip().splitlines() for phrase in line.split("/"))


def stock_phrases(text: str) -> list[str]:
    """The stock phrases that stand in a line, longest first."""
    words = normal(text).split()
    runs = {" ".join(words[i:j]) for i in range(len(words)) for j in range(i + 2, min(i + 6, len(words)) + 1)}
    return sorted(runs & _known(), key=lambda phrase: (-len(phrase), phrase))
