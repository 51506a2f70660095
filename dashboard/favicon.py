"""The picture in the browser's tab: a disc in the colour of the verdict with the count in it, drawn here."""

import base64
import io
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

from dashboard.words.verdict import Level

SIZE = 64
MOST = 9

_COLOURS = {
    Level.BLIND: "#7c3aed",
    Level.CRITICAL: "#c81e3a",
    Level.WARNING: "#b45309",
    Level.WELL: "#15803d",
}


def label(level: Level, count: int) -> str:
    """Return what stands in the disc: the count, `9+`, `?` for blind, nothing for none."""
    if level is Level.BLIND:
        return "?"
    if not count:
        return ""
    return str(count) if count <= MOST else f"{MOST}+"


def title(level: Level, count: int) -> str:
    """Return the tab's title: `(2) Trueup`, `Trueup`, `(blind) Trueup`."""
    if level is Level.BLIND:
        return "(blind) Trueup"
    return f"({count}) Trueup" if count else "Trueup"


@lru_cache(maxsize=64)
def icon(level: Level, count: int) -> str:
    """Return it as an address that holds it whole, so that no browser asks another dashboard for it."""
    file = io.BytesIO()
    drawn(level, count).save(file, "PNG")
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"


def drawn(level: Level, count: int) -> Image.Image:
    """Draw it. The same verdict gives the same picture."""
    picture = Image.new("RGBA", (SIZE, SIZE), (0, 0, 0, 0))
    pen = ImageDraw.Draw(picture)
    pen.ellipse((2, 2, SIZE - 3, SIZE - 3), fill=_COLOURS[level])
    text = label(level, count)
    if text:
        font = ImageFont.load_default(size=44 if len(text) == 1 else 32)
        pen.text((SIZE / 2, SIZE / 2), text, fill="white", font=font, anchor="mm")
    elif level is Level.WELL:
        pen.line(((18, 33), (28, 44), (47, 22)), fill="white", width=7, joint="curve")
    return picture
