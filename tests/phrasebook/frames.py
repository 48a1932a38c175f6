"""A small phrasebook for tests."""

from pathlib import Path

from stagelyric.phrasebook import classes, compiled, ears, near_themes
from stagelyric.phrasebook.book import Book, Volume
from stagelyric.phrasebook.compiled import Compiled
from stagelyric.phrasebook.ears import Ear
from stagelyric.phrasebook.grammar import parse

FRAMES = Path(__file__).parents[2] / "models" / "songbook" / "frames"
KNOWN = classes.load(FRAMES / "classes.words")
TABLE = near_themes.load(FRAMES / near_themes.FILE)

TEXT = """
@@ hand plain; mood dark calm; tense past; who we

@ scheme AABB; themes rain, window; at opening
{We|They} {shut|closed} the {big|old} {window} {a: on the rain|in the lane}
And {sat|stood} {and watched|and heard} {a: the evening train|it start again}
The {lamp|light} went {out|down}, the {soup|tea} got {cold|old}
{We|They} {ate|drank} it {slowly|quietly} {and never told|as it was sold}

@ scheme ABCB; themes harbour, work; at middle; who named; hand ballad
*person {tied|moored} the {boat|ferry|dinghy} {up|there} in *place
With {half|all} the {town|street} {asleep|in bed}
And *he {said|told me} a {*animal|owl} had {come|got} {aboard|along}
And {eaten|taken} {all|half} of the bread

@ scheme AAAA; themes money; at chorus; mood bright fierce; hand ranter
{We|You} {count|stack} the {coins|notes} {and pay|away}
{We|You} {want|need} the {rest|lot} {today|by day}
{We|You} {work|wait} for {it|this} {all day|and stay}
{We|You} {never|always} {had|got} {a say|our way}

@ scheme ABAB; themes rain; mood bright calm; at turn
{We|They} {ran|walked} {out|off} {in the} {pouring|morning} rain
With {one|a} {coat|hat} {between|for} us {two|all}
And {soon|then} {we|they} {ran|walked} {straight|right} back {again|on the train}
And {hung|put} it {up|back} in the {old|cold} {hall|blue}

@ themes rain, street
{We|They} {stood|sat} {outside|about} in the {big|cold} {rain|lane}
And {missed|lost} {the|a} {first|last} {red|slow} {train}

@ themes rain, money
{We|They} {paid|gave} {two|five} {coins|notes} for {a|the} {coat|boat}
And {signed|wrote} {our|a} {name|line} on the {old|small} {note}
"""


def book(*texts: str, ear: Ear | None = None) -> Book:
    """A book of the frames in these texts, the second and later ones a band's own."""
    volumes = []
    for number, text in enumerate(texts or (TEXT,)):
        parsed = parse(text, f"{number}.frames")
        assert not parsed.findings, [str(finding) for finding in parsed.findings]
        data = compiled.compiled(parsed.frames, compiled.stamp([text.encode()]))
        volumes.append(Volume(Compiled(data), number > 0))
    return Book(volumes, KNOWN, ear or ears.Ear(), TABLE)
