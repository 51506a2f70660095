"""What axe finds on a page that not everybody can read or use: contrast, names, order, what keys reach."""

from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

from playwright.sync_api import Page

AXE: Final = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
"""Runs in the page and asks nobody: the package is pinned with all others."""

SETTINGS: Final = {
    # The coloured edge of a card is drawn by its `::before`, four pixels wide, and no word stands on it. Axe
    # cannot know that, and would judge nothing on any card. All other options are as it has them itself.
    "checks": [
        {
            "id": "color-contrast",
            "options": {
                "ignorePseudo": True,
                "ignoreUnicode": True,
                "ignoreLength": False,
                "boldValue": 700,
                "boldTextPt": 14,
                "largeTextPt": 18,
                "contrastRatio": {"normal": {"expected": 4.5}, "large": {"expected": 3}},
                "pseudoSizeThreshold": 0.25,
                "shadowOutlineEmMax": 0.2,
                "textStrokeEmMin": 0.03,
            },
        }
    ],
}


@dataclass(frozen=True, slots=True)
class Streamlits:
    """What is Streamlit's own to mend: the rule's id, where, and why it is left."""

    rule: str
    selector: str
    reason: str


LEFT: Final[tuple[Streamlits, ...]] = ()
"""Nothing at the moment."""


AGAIN: Final = 8
MOMENT_MS: Final = 700


def problems(page: Page, *rules: str) -> list[str]:
    """Return what axe finds on a page, a line each; by these rules, or by all of its own.

    What is pale for the moment in which it is drawn anew is no problem: what is one is found each time.
    """
    found = _looked(page, *rules)
    for _ in range(AGAIN):
        if not found:
            break
        page.wait_for_timeout(MOMENT_MS)
        found = _looked(page, *rules)
    return found


def _looked(page: Page, *rules: str) -> list[str]:
    page.evaluate(f"() => {{ if (!window.axe) {{ {AXE} }} }}")
    only = {"runOnly": {"type": "rule", "values": list(rules)}} if rules else {}
    found: dict[str, Any] = page.evaluate(
        "([settings, asked]) => { axe.configure(settings); return axe.run(asked); }",
        [SETTINGS, {"resultTypes": ["violations"], **only}],
    )
    return [
        f"{broken['id']}: {node['html'][:200]} ({node['failureSummary']})"
        for broken in found["violations"]
        for node in broken["nodes"]
        if not _is_left(page, broken["id"], str(node["target"][0]))
    ]


def _is_left(page: Page, rule: str, target: str) -> bool:
    return any(
        page.evaluate(
            "([target, left]) => document.querySelector(target).matches(left)", [target, left.selector]
        )
        for left in LEFT
        if left.rule == rule
    )
