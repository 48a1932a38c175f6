"""Cuts the pages' font out of its package, when another version of it is wanted:

    pip install 'fonttools[woff]' fontpkg-bricolage-grotesque
    python tools/fonts.py

Bricolage Grotesque has an axis for its optical size. Two cuts are kept of it: "text" is sturdy and widely spaced, for
the teleprompter and the desk, "display" tight and fine, for the audience's page. Both keep the axis of weight and give
up that of width. What a browser chooses by itself (`font-optical-sizing`) a canvas does not, and the pages measure
with a canvas: with cuts both agree. All of its letters are in one file, so that a line with an accent that is seldom
met does not wait for another.
"""

import io
import shutil
from importlib import metadata
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

STATIC = Path(__file__).parents[1] / "stagelyric" / "web" / "static"
PACKAGE = "fontpkg-bricolage-grotesque"
CUTS = {"text": 24.0, "display": 96.0}
FEATURES = ["kern", "mark", "mkmk", "ccmp", "locl", "tnum"]


def main() -> None:
    files = [Path(str(file.locate())) for file in metadata.files(PACKAGE) or ()]
    (source,) = (file for file in files if file.suffix == ".ttf")
    (licence,) = (file for file in files if file.name == "LICENSE" and "dist-info" not in str(file))
    for cut, size in CUTS.items():
        font = narrowed(source, size)
        options = subset.Options(flavor="woff2", layout_features=FEATURES, drop_tables=["DSIG"], hinting=False)
        cutter = subset.Subsetter(options)
        cutter.populate(unicodes=font.getBestCmap())
        cutter.subset(font)
        target = STATIC / f"bricolage-{cut}.woff2"
        subset.save_font(font, target, options)
        print(f"{target.name}: {target.stat().st_size} bytes")
    shutil.copyfile(licence, STATIC / "bricolage-license.txt")


def narrowed(source: Path, size: float) -> TTFont:
    """The font at one optical size and its usual width; written out and read anew, as the subsetter wants it."""
    out = io.BytesIO()
    instancer.instantiateVariableFont(TTFont(source), {"opsz": size, "wdth": 100.0}).save(out)
    out.seek(0)
    return TTFont(out)


if __name__ == "__main__":
    main()
