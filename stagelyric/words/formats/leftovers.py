"""Removes what isn't sung from lines: markup, repeat marks, credits, and what lyric sites leave behind."""

from __future__ import annotations

import html
import re

from stagelyric.words.phonetics import look_up

_TAG = re.compile(r"</?[A-Za-z][A-Za-z0-9]*(?:\s[^<>]*)?/?>")
_BREAK = re.compile(r"<(?:br|p|/p|div|/div|li|/li)\b[^<>]*>", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,31});")
_STRESS = re.compile(r"(?<!\w)(\*{1,3}|_{1,3}|~~)(?=\S)(.+?)(?<=\S)\1(?!\w)")
_REPEATED = re.compile(
    r"\s*(?:[(\[{]\s*(?:x\s?\d{1,2}|\d{1,2}\s?x|×\s?\d{1,2}|\d{1,2}\s?×|repeat\b[^()\[\]]{0,20}|bis|ter|fade(?:s| out)?"
    r"|twice|(?:\d|two|three|four)\s+times)\s*[)\]}]|(?<=\s)(?:x\s?\d{1,2}|\d{1,2}x|×\d{1,2}))\s*$",
    re.IGNORECASE,
)
_TIMES_ALONE = re.compile(r"\W*(?:[x×]\s?\d{1,2}|\d{1,2}\s?[x×])\W*", re.IGNORECASE)
_BARS = re.compile(r"^\s*(?:\|{1,2}:|/:|:?//:)\s*|\s*(?::\|{1,2}|:/|://)\s*$")
_DIRECTION = re.compile(
    r"\s*[(\[*_]+\s*(?:(?:four[ -])?count[ -]?(?:in|off)|(?:hand ?)?claps?|clapping|whistl(?:e|es|ing)"
    r"|hum(?:s|ming)?|key change|modulat(?:e|ion)|tacet|pause|stop|a cappella|half[ -]time|double[ -]time|all|everyone"
    r"|together|band in|drums? in|soft(?:ly)?|quiet(?:ly)?|loud(?:er)?|slow(?:er)?|faster"
    r"|(?:repeat (?:and|to|till) )?fade(?: out)?)\s*[)\]*_]+\s*",
    re.IGNORECASE,
)
_SIGNS = re.compile(r"[\u2669-\u266f\u2190-\u21ff\u2022\u25a0-\u25ff\u2605\u2606\U0001f3a4-\U0001f3bc]+")
_BOXES = re.compile(r"\[[^\[\]]*\]")
_RULE = re.compile(r"[\W_]+")
_WORDS_ALONE = re.compile(r"\s*[\"\u201c]?(?=[A-Za-z])[A-Za-z ,;.!?'\"\u2013\u2014\u2019\u201c\u201d\u2026]*")
"""A line in which there is nothing to remove: most lines of most files."""

_SITE_LINES = re.compile(
    r"(?:you might also like|(?:\d+(?:\.\d+)?k?)?embed|share|translations?|submit corrections?|advertisement"
    r"|add to playlist"
    r"|read more(?: about this (?:song|artist).*)?|lyrics"
    r"|see more|more on genius|about|print|correct these lyrics|\(?\d{10,}\)?"
    r"|\d+\s*contributors?.*|\*+\s*this lyrics is not for commercial use\s*\*+"
    r"|(?:lyrics (?:licensed|powered|provided|submitted|©).*)|source:?\s*(?:musixmatch|lyricfind|genius|azlyrics).*"
    r"|thanks to .{1,60} for (?:adding|correcting|submitting) (?:these|this|the|those) .*"
    r"|see .{1,60} live\s?get tickets.*|(?:song)?writers?(?:\(s\))?\s*:.*|lyrics ©.*|publisher:.*)",
    re.IGNORECASE,
)
_SITE_HEAD = re.compile(r"^\s*\d+\s*Contributors?(?P<between>.*?)Lyrics(?=$|\[|\s|[A-Z\"'“‘(¿¡])")
_SITE_TITLE = re.compile(r"(?P<title>[A-Z0-9¿¡].{1,60}?)\s+Lyrics")
_ALSO_LIKE = re.compile(r"You might also like(?=$|\[|[A-Z\"“(])")
_LIVE = re.compile(r"See .{1,60}? LiveGet tickets as low as \$\d+")
_EMBED = re.compile(r"(?<=\S)(?:\d+(?:\.\d+)?K?)?Embed$")
_TRANSLATED = re.compile(
    r"^Translations(?:(?:Türkçe|Português|Français|Deutsch|Español|Italiano|Polski|English|Nederlands|Svenska|Русский"
    r"|العربية|日本語|한국어|中文|Українська|Ελληνικά|Română|Magyar|Dansk|Norsk|Suomi|Česky|فارسی|עברית|Romanization"
    r"|Čeština|Bahasa Indonesia|ไทย|हिन्दी|Català|Srpski|Hrvatski)(?:\s*\([^()]*\))?)*"
)

_SAID = re.compile(
    r"(?P<key>title|song|artist|band|album|key|original key|tempo|bpm|time(?: signature)?|meter|tuning|capo|genre|year"
    r"|duration|length|ccli|author|authors|composer|lyricist|copyright|flow|book|number|pitch|difficulty|strumming|rhythm"
    r"|words(?: (?:and|&) music)?|music|lyrics|written|transcribed|tabbed|arranged|arranger|producer|label|released"
    r"|mood)"
    r"(?:\s+by)?\s*[:=]\s*(?P<value>.*)",
    re.IGNORECASE,
)
_ALWAYS = frozenset({"capo", "tuning", "ccli", "bpm", "copyright"})
_TECHNICAL = re.compile(r"(?:[A-H][#b♯♭]?m?|\d[\d/.]*)(?:\s*(?:bpm|major|minor|maj|min))?$", re.IGNORECASE)
_CREDIT = re.compile(
    r"(?:(?:words|lyrics|music|tabbed|transcribed|arranged|words and music|lyrics and music|music and lyrics)\s+by\s.*"
    r"|capo\s+(?:on\s+)?(?:\d|no|none|fret|first|second|third).*|.*\ball rights reserved\b.*|(?:©|\(c\)|℗).*"
    r"|copyright\s+(?:©|\(c\)|\d{4}).*|.*\bused by permission\b.*|.*\bwww\.\S+\.\S+.*|.*https?://.*|作词.*|作曲.*|编曲.*"
    r"|(?:lyrics\s+)?(?:by|from)\s+[\w.-]+\.(?:com|net|org|io|co)\b.*)",
    re.IGNORECASE,
)
_LICENSED = re.compile(r"ccli\s+(?:song|license|licence)\b.*|for use solely with\b.*|ccli\s*#.*", re.IGNORECASE)


def without_markup(line: str) -> str:
    """A line without HTML or Pango tags, and with entities decoded; <br> becomes `\\n`."""
    if "&" in line:
        line = _ENTITY.sub(lambda match: html.unescape(match[0]), line).replace("\xa0", " ")
    if "<" in line:
        line = _TAG.sub("", _BREAK.sub("\n", line))
    return _STRESS.sub(r"\2", line) if "*" in line or "_" in line or "~~" in line else line


def words_alone(line: str) -> str:
    """The words of a line that has nothing else, which `without_markup`, `sung`, headings and tabs would leave as they
    are; "" for other lines."""
    return " ".join(line.split()) if _WORDS_ALONE.fullmatch(line) else ""


def sung(line: str) -> str:
    """The words of a line: no brackets ("[laughs]", "[G]"), notes, bullets or repeat marks; single spaces."""
    if words := words_alone(line):
        return words
    if _DIRECTION.fullmatch(line):
        return ""
    while (shorter := _BOXES.sub("", line)) != line:  # one box may be in another
        line = shorter
    line = _SIGNS.sub(" ", line)
    while (shorter := _REPEATED.sub("", _BARS.sub("", line))) != line:
        line = shorter
    line = " ".join(line.split())
    if _TIMES_ALONE.fullmatch(line):
        return ""
    if "-" in line:
        line = _PARTED.sub(_joined, line)
    return "" if _RULE.fullmatch(line) else line


_PARTED = re.compile(r"[^\W\d_]+(?:(?:\s-{1,2}\s?|-{1,2}\s|-)[^\W\d_]+)+")
_SPACED = re.compile(r"\s-|-\s|--")


def _is_word(part: str) -> bool:
    return look_up(part) is not None and (len(part) > 1 or part in "aAIOo")


def _joined(match: re.Match[str]) -> str:
    """A word that was split into syllables for the notes ("Hal - le - lu - jah", "wal-kin-g") joined again.

    Only if the whole is a real word and some part isn't: "a rain-wet quay" and "up - and down" stay unchanged.
    """
    parts = re.split(r"[\s-]+", match[0])
    if len(parts) == 2 and not _SPACED.search(match[0]):
        return match[0]
    whole = "".join(parts)
    return whole if look_up(whole) and not all(_is_word(part) for part in parts) else match[0]


def without_site(lines: list[str]) -> tuple[list[str], str]:
    """Lines without what lyric sites insert, and the title from a site's first line ("" if none)."""
    lines, title = list(lines), ""
    for at in range(min(3, len(lines))):
        if head := _SITE_HEAD.match(lines[at]):
            title = _TRANSLATED.sub("", head["between"]).strip()
            lines[: at + 1] = [lines[at][head.end() :]]
            break
    begin = next((at for at, line in enumerate(lines) if line.strip()), 0)
    if not title and lines and (named := _SITE_TITLE.fullmatch(lines[begin].strip())):
        title, lines = named["title"], lines[begin + 1 :]
    lines = [part for line in lines for part in _parted(line)]
    for at in reversed(range(len(lines))):
        if lines[at].strip() and not _SITE_LINES.fullmatch(lines[at].strip()):
            lines[at] = _EMBED.sub("", lines[at])
            break
    return [line for line in lines if not _SITE_LINES.fullmatch(line.strip())], title


def _parted(line: str) -> list[str]:
    """A line without a site's own words that were run into it."""
    if "You might" not in line and " LiveGet" not in line:
        return [line]
    return _ALSO_LIKE.sub("\n", _LIVE.sub("\n", line)).strip("\n").split("\n")


def said(line: str, head: bool) -> tuple[str, str] | None:
    """(key, value) of a line with information about the song ("Key: G"), or ("", "") for a credit; None for other
    lines.

    `head`: no line was sung yet. Only there is "Time: 4/4" taken for information.
    """
    line = line.strip()
    if _CREDIT.fullmatch(line) or _LICENSED.match(line):
        return "", ""
    found = _SAID.fullmatch(line)
    if found is None or not (head or found["key"].lower() in _ALWAYS or _TECHNICAL.match(found["value"])):
        return None
    return found["key"].lower(), found["value"].strip()


def is_names(line: str) -> bool:
    """Whether a line may be just names: every word is capitalised, or they are separated as authors are."""
    words = [word for word in re.findall(r"[^\W\d_]+", line) if word.lower() not in ("and", "by", "von", "van", "de")]
    return "|" in line or all(word[0].isupper() for word in words)


def is_licence(line: str) -> bool:
    """Whether a line belongs to the footer that SongSelect puts below a song."""
    return bool(_LICENSED.match(line.strip()))
