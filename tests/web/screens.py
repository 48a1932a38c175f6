"""The pictures in docs/screenshots, taken anew: python tests/web/screens.py [NAME...]"""

import asyncio
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from playwright.async_api import async_playwright
from programs import chromium
from web.conftest import FLAGS, LINE, Show, running

from stagelyric.web.desk import Desk, Song

FOLDER = Path(__file__).parents[2] / "docs" / "screenshots"
PHONE, TABLET, FULL_HD = (390, 844), (1024, 768), (1920, 1080)
# Name: (address, size of the screen, the panel that is open on the desk).
SHOTS: dict[str, tuple[str, tuple[int, int], str]] = {
    "teleprompter-1920x1080": ("/", FULL_HD, ""),
    "teleprompter-1024x768": ("/", TABLET, ""),
    "teleprompter-390x844": ("/", PHONE, ""),
    "teleprompter-mirrored": ("/?mirror=1", TABLET, ""),
    "teleprompter-day": ("/?theme=day", TABLET, ""),
    "operator-phone": ("/operator", PHONE, ""),
    "operator-phone-set": ("/operator", PHONE, "set"),
    "operator-phone-log": ("/operator", PHONE, "log"),
    "operator-phone-words": ("/operator", PHONE, "words"),
    "operator-tablet": ("/operator?pads=Lights,Intro", TABLET, ""),
    "operator-1920x1080": ("/operator", FULL_HD, "log"),
    "audience-1920x1080": ("/audience", FULL_HD, ""),
    "audience-tablet": ("/audience?theme=sea", TABLET, ""),
    "audience-mirrored": ("/audience?mirror=1", TABLET, ""),
    "audience-phone": ("/audience?words=1", PHONE, ""),
}
EARLIER = ("Agnes has the window seat", "The rain is a promise she keeps", "Montréal is burning in the rain")


async def main(wanted: list[str]) -> None:
    heard = {"midi": 4, "osc": 9}
    entries: list[dict[str, Any]] = []

    def write(kind: str, text: str, number: int | None = None, origin: str = "model") -> None:
        wall = 1763890000.0 + 11 * len(entries)
        seq = len(entries) + 1
        entries.append({"seq": seq, "kind": kind, "wall": wall, "number": number, "text": text, "origin": origin})

    async with running() as show, async_playwright() as driver:
        show.page.desk = Desk(
            "Friday at the Corner House",
            (
                Song("Harbour Lights", ("verse", "chorus"), "Em", 96.0),
                Song("The Night Bus to Leith", ("verse", "chorus", "bridge"), None, 128.0),
                Song("Second Song", ("song",)),
            ),
            lambda: {"model": 37, "kept": 2, "safety": 2},
            lambda: [[37, 12], [8, 3, 16], [48]],
            lambda: heard,
            lambda after: [entry for entry in entries if entry["seq"] > after],
        )
        for number, text in enumerate((*EARLIER, LINE), 1):
            show.cue(text, next="She sold the harbour to the sea")
            write("cue", text, number, "safety" if number == 1 else "model")
            if number == 2:
                write("keep", text)
        show.page.box.open(True)
        for word in ("lighthouse", "Leith", "snow", "Leith"):
            show.page.box.words.put(word)
        browser = await driver.chromium.launch(executable_path=chromium(), args=FLAGS)
        stands = [await (await browser.new_page()).goto(f"{show.page.url}/?name={name}") for name in ("Anna", "drums")]
        assert len(stands) == 2
        for name in wanted or SHOTS:
            await take(browser, show, name, heard)
        await browser.close()


async def take(browser: Any, show: Show, name: str, heard: dict[str, int]) -> None:
    address, (width, height), panel = SHOTS[name]
    context = await browser.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce")
    tab = await context.new_page()
    await tab.goto(show.page.url + address)
    await tab.wait_for_selector("#stage:not(.lost), #desk:not(.lost)")
    if panel:
        await tab.click(f"#tab-{panel}")
    show.cue(EARLIER[-1], next="")
    show.cue(LINE, next="She sold the harbour to the sea", ready=37)
    for beat in range(6):
        show.page.beat(33.0 + beat, 96.0)
    await asyncio.sleep(1.5)
    heard["midi"] += 1
    await asyncio.sleep(0.4)
    if name.startswith("audience"):  # a ground of fine shades, which PNG holds badly
        await tab.screenshot(path=FOLDER / f"{name}.jpg", type="jpeg", quality=85)
    else:
        await tab.screenshot(path=FOLDER / f"{name}.png")
    await context.close()
    print(name)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
