"""Makes text that others wrote (exchange, bot, people) safe to show: it is never Markdown, never HTML."""

import re
import unicodedata

LONGEST = 400
"""Of one cell or one line: what others wrote must not flood a page."""
WHOLE = 4000
"""Of what must not lose its end: a person's note, a reason, the sentence on top."""

# A joiner that is not seen keeps these from becoming links, icons, emoji or arrows. Escaping alone does not:
# they are looked for in the finished text, after the backslashes are gone.
_JOINER = "\N{WORD JOINER}"
_LIVE = (
    re.compile(r"(?i)(https?|ftp|mailto|xmpp)(?=:)"),
    re.compile(r"(?i)(www)(?=\.)"),
    re.compile(r"(:)(?!\d\d:\d\d)(?=[\w+-]+(?::|/|\[))"),
    re.compile(r"(-)(?=[->])"),
    re.compile(r"(<)(?=[-=])"),
    re.compile(r"([=>])(?=[=>])"),
    re.compile(r"(~)(?==)"),
    re.compile(r"(!)(?==)"),
    re.compile(r"(\S)(?=@)"),
)
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")


def plain(text: str, longest: int = LONGEST) -> str:
    """Return `text` as one visible line: no control, format or line characters, at most `longest` long.

    Invisible characters can turn a symbol around on the screen, so they are shown as a replacement mark.
    """
    shown = "".join(_visible(letter) for letter in text)
    line = " ".join(shown.split())
    return line if len(line) <= longest else line[: longest - 1] + "…"


def markdown(text: str, longest: int = LONGEST) -> str:
    """Return `text` so that a Markdown renderer shows it as it is: no link, image, colour, formula, HTML."""
    line = plain(text, longest)
    for pattern in _LIVE:
        line = pattern.sub(rf"\1{_JOINER}", line)
    return _PUNCTUATION.sub(r"\\\1", line)


def _visible(letter: str) -> str:
    if letter.isspace():
        return " "
    hidden = unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    return "\N{REPLACEMENT CHARACTER}" if hidden else letter
