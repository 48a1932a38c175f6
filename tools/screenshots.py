"""Pictures of the real program: `make screenshots`, or python tools/screenshots.py [--all FOLDER]

It starts the demo set, presses, and takes what the pages show: no line in them is written for a picture. Without an
argument it takes those of the documentation and the animation; with `--all` every page on every usual screen in every
theme, and sheets of them to look over.
"""

import argparse
import asyncio
import base64
import io
import json
import shutil
import tempfile
import time
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.async_api import async_playwright

from stagelyric.testing.play import playing

HERE = Path(__file__).parents[1]
FOLDER = HERE / "docs" / "screenshots"
DEMO = HERE / "setlists" / "demo.toml"
READY = 12  # lines that the first section has before the first press
FLAGS = ["--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
PHONE, TABLET, PORTRAIT, FULL_HD, UHD = (390, 844), (1024, 768), (1080, 1920), (1920, 1080), (3840, 2160)
THEMES = ("night", "amber", "sea", "day")
PAGES = {
    "teleprompter": "/", "operator": "/operator", "audience": "/audience",
    "together": "/together", "rehearse": "/rehearse", "setup": "/setup",
}  # fmt: skip
# What a page shows once it is up.
UP = "#stage:not(.lost), #desk:not(.lost), .together, #room #list:not([hidden]), #room #up"
# Of the documentation: name, address, screen, the panel that is open on the desk.
SHOTS = (
    ("teleprompter-1920x1080", "/", FULL_HD, ""),
    ("teleprompter-day", "/?theme=day", TABLET, ""),
    ("teleprompter-mirrored", "/?mirror=1&theme=amber", TABLET, ""),
    ("operator-1920x1080", "/operator", FULL_HD, ""),
    ("operator-phone", "/operator", PHONE, ""),
    ("operator-phone-set", "/operator?theme=sea", PHONE, "set"),
    ("audience-1920x1080", "/audience", FULL_HD, ""),
    ("audience-day", "/audience?theme=day", TABLET, ""),
    ("setup-1920x1080", "/setup", FULL_HD, ""),
)
SECONDS, RATE = 20, 10  # of the animation; pictures a second
PRESSES = (0.8, 3.6, 6.4, 9.2, 12.0, 14.8, 17.6)  # seconds
FILM = ((960, 540), (250, 540))  # the teleprompter and, beside it, the desk on a phone


@asynccontextmanager
async def demo() -> AsyncIterator[str]:
    """The demo set with a journal and caches of its own; gives its address."""
    with tempfile.TemporaryDirectory() as folder:
        options = ("--midi", "none", "--no-speech", "--fresh")
        own = ("DATA", "CACHE", "CONFIG")
        async with playing(Path(folder), str(DEMO), *options, ready=READY, own=own) as play:
            yield play.url


def do(url: str, what: object) -> None:
    body = json.dumps({"do": what}).encode()
    urllib.request.urlopen(urllib.request.Request(f"{url}/api/do", body), timeout=5).close()


async def press(url: str, times: int = 1) -> None:
    for _ in range(times):
        await asyncio.to_thread(do, url, "next_line")
        await asyncio.sleep(0.5)


async def shoot(browser: Any, url: str, size: tuple[int, int], panel: str = "") -> Image.Image:
    """A page as it stands, some beats after its line came up."""
    context = await browser.new_context(
        viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce", device_scale_factor=1
    )
    tab = await context.new_page()
    await tab.goto(url)
    await tab.wait_for_selector(UP)
    if panel:
        await tab.click(f"#tab-{panel}")
    await press(url.rpartition("/")[0])
    await asyncio.sleep(1.5)
    picture = Image.open(io.BytesIO(await tab.screenshot())).convert("RGB")
    await context.close()
    return picture


async def documentation(browser: Any) -> None:
    async with demo() as url:
        await press(url, 3)
        for name, path, size, panel in SHOTS:
            picture = await shoot(browser, url + path, size, panel)
            # 64 colours hold flat grounds and letters; the audience's ground shades.
            colours = 256 if name.startswith("audience") else 64
            picture.quantize(colours).save(FOLDER / f"{name}.png", optimize=True)
            print(name)
    async with demo() as url:
        frames = await film(browser, url)
    times = {"duration": 1000 // RATE, "loop": 0}
    frames[0].save(FOLDER / "show.webp", save_all=True, append_images=frames[1:], quality=70, method=4, **times)
    print(f"show.webp: {len(frames)} pictures, {(FOLDER / 'show.webp').stat().st_size // 1000} kB")


async def film(browser: Any, url: str) -> list[Image.Image]:
    """The teleprompter and the desk beside it, while a thumb presses "next line"."""
    caught: list[list[tuple[float, bytes]]] = []
    tabs = []
    for path, size in (("/", FILM[0]), ("/operator", (390, 844))):
        context = await browser.new_context(viewport={"width": size[0], "height": size[1]})
        tab = await context.new_page()
        await tab.goto(url + path)
        await tab.wait_for_selector(UP)
        tabs.append(tab)
    await press(url)
    for tab in tabs:
        caught.append(await catch(tab))
    began = time.monotonic()
    for at in PRESSES:
        await asyncio.sleep(max(0.0, began + at - time.monotonic()))
        await tabs[1].hover("#next-line")
        await tabs[1].mouse.down()
        await asyncio.sleep(0.25)
        await tabs[1].mouse.up()
    await asyncio.sleep(max(0.0, began + SECONDS - time.monotonic()))
    for tab in tabs:
        await tab.context.close()
    return [framed([latest(frames, began + i / RATE) for frames in caught]) for i in range(SECONDS * RATE)]


async def catch(tab: Any) -> list[tuple[float, bytes]]:
    """What a tab paints from now on, with the time at which it did."""
    frames: list[tuple[float, bytes]] = [(time.monotonic(), await tab.screenshot())]
    control = await tab.context.new_cdp_session(tab)

    def painted(frame: dict[str, Any]) -> None:
        frames.append((time.monotonic(), base64.b64decode(frame["data"])))
        acknowledged = asyncio.ensure_future(control.send("Page.screencastFrameAck", {"sessionId": frame["sessionId"]}))
        acknowledged.add_done_callback(lambda done: done.cancelled() or done.exception())

    control.on("Page.screencastFrame", painted)
    await control.send("Page.startScreencast", {"format": "png"})
    return frames


def latest(frames: list[tuple[float, bytes]], at: float) -> bytes:
    return next((picture for when, picture in reversed(frames) if when <= at), frames[0][1])


def framed(pictures: list[bytes]) -> Image.Image:
    gap = 16
    width = sum(size[0] for size in FILM) + 3 * gap
    sheet = Image.new("RGB", (width, FILM[0][1] + 2 * gap), "#2a2a30")
    left = gap
    for picture, size in zip(pictures, FILM, strict=True):
        sheet.paste(Image.open(io.BytesIO(picture)).convert("RGB").resize(size, Image.Resampling.LANCZOS), (left, gap))
        left += size[0] + gap
    return sheet


async def everything(browser: Any, folder: Path) -> None:
    """Every page on every screen in every theme, and a sheet for each screen."""
    async with demo() as url:
        await press(url, 2)
        for width, height in (PHONE, TABLET, PORTRAIT, FULL_HD, UHD):
            scale = 640 / max(width, height)
            small = (round(width * scale), round(height * scale))
            sheet = Image.new("RGB", (len(THEMES) * (small[0] + 8) + 8, len(PAGES) * (small[1] + 8) + 8), "#777")
            for row, (name, path) in enumerate(PAGES.items()):
                for column, theme in enumerate(THEMES):
                    picture = await shoot(browser, f"{url}{path}?theme={theme}", (width, height))
                    picture.save(folder / f"{name}-{theme}-{width}x{height}.png")
                    at = (8 + column * (small[0] + 8), 8 + row * (small[1] + 8))
                    sheet.paste(picture.resize(small, Image.Resampling.LANCZOS), at)
            sheet.save(folder / f"sheet-{width}x{height}.png")
            print(f"sheet-{width}x{height}.png")


async def main() -> None:
    wanted = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    wanted.add_argument("--all", metavar="FOLDER", type=Path, help="every page, screen and theme, into FOLDER")
    folder = wanted.parse_args().all
    await asyncio.to_thread((folder or FOLDER).mkdir, parents=True, exist_ok=True)
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        await (documentation(browser) if folder is None else everything(browser, folder))
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
