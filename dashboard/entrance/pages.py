"""The pages of sign-in: plain, without a script, for a phone and a desk, dark and light; pure."""

from html import escape
from urllib.parse import quote

from dashboard.entrance.place import Place
from reconciler.facts.person import Person

SIGN_IN = "/sign-in"
SIGN_OUT = "/sign-out"
PROVIDER = "/sign-in/provider"
BACK = "/sign-in/provider/back"

_STYLE = """
:root { color-scheme: light dark; --back: #f4f6f9; --card: #ffffff; --text: #14181f; --soft: #55606f;
  --line: #c3cad4; --blue: #1d4ed8; --on-blue: #ffffff; --red: #b3152f; }
@media (prefers-color-scheme: dark) { :root { --back: #0e1116; --card: #171c24; --text: #e8ecf2;
  --soft: #a3adba; --line: #3b4554; --blue: #7aa2ff; --on-blue: #0e1116; --red: #ff8a9b; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1rem;
  background: var(--back); color: var(--text); font: 1rem/1.5 system-ui, sans-serif; }
main { width: 100%; max-width: 24rem; padding: 1.75rem; background: var(--card);
  border: 1px solid var(--line); border-radius: .6rem; overflow-wrap: anywhere; }
h1 { margin: 0 0 .25rem; font-size: 1.4rem; }
p { margin: .25rem 0 1rem; color: var(--soft); }
.told { color: var(--red); font-weight: 600; }
label { display: block; margin: 0 0 .9rem; font-weight: 600; }
input { display: block; width: 100%; margin-top: .25rem; padding: .65rem .7rem; font: inherit;
  color: inherit; background: var(--back); border: 1px solid var(--line); border-radius: .4rem; }
button, a.button { display: block; width: 100%; padding: .7rem; font: inherit; font-weight: 600;
  text-align: center; text-decoration: none;
  color: var(--on-blue); background: var(--blue); border: 1px solid var(--blue);
  border-radius: .4rem; cursor: pointer; }
a.button, .next { margin-top: .75rem; }
button.quiet, a.quiet { color: var(--text); background: transparent; border-color: var(--line); }
:focus-visible { outline: 3px solid var(--blue); outline-offset: 2px; }
code { font-size: .95em; color: var(--text); }
"""


def sign_in(place: Place, onward: str, *, form: bool, provider: bool, link: bool, told: str = "") -> str:
    """Return the page that asks who somebody is.

    Args:
        place: Where it is seen.
        onward: Where they want to go, a path of ours.
        form: Whether name and password are asked for.
        provider: Whether there is a provider to go to.
        link: Whether the terminal has a link.
        told: What has to be said first.
    """
    parts = ["<h1>Trueup</h1>", "<p>Sign in to see the positions.</p>"]
    if told:
        parts.append(f'<p class="told" role="alert">{escape(told)}</p>')
    if form:
        parts.append(_form(place, onward))
    if provider:
        quiet = " quiet" if form else ""
        address = f"{place.prefix}{PROVIDER}?next={quoted(onward)}"
        parts.append(f'<a class="button{quiet}" href="{address}">Sign in with your provider</a>')
    if link:
        begins = "Or open" if form or provider else "Open"
        parts.append(
            f"<p class='next'>{begins} the link that Trueup prints where it was started; "
            "<code>trueup link</code> prints it again.</p>"
        )
    return page("Sign in", "\n".join(parts))


def signed_in(place: Place, person: Person, *, leaves: bool) -> str:
    """Return the page that says who somebody is, and lets them out where there is something to leave."""
    out = f"""<form method="post" action="{place.prefix}{SIGN_OUT}" class="next">
<button class="quiet" type="submit">Sign out</button>
</form>"""
    who = (
        f"You are signed in as <strong>{escape(person.name)}</strong>"
        if person.name
        else "You came by the link"
    )
    return page(
        "Signed in",
        f"""<h1>Trueup</h1>
<p>{who}, and may do what {escape(person.role.with_article)} may.</p>
<a class="button" href="{place.prefix}/">To the screens</a>
{out if leaves else ""}""",
    )


def told(title: str, text: str, *, way_on: tuple[str, str] | None = None) -> str:
    """Return a page that says one thing, with one way on: its words and its address."""
    on = "" if way_on is None else f'<a class="button" href="{escape(way_on[1])}">{escape(way_on[0])}</a>'
    return page(title, f'<h1>{escape(title)}</h1>\n<p role="alert">{escape(text)}</p>\n{on}')


def page(title: str, body: str) -> str:
    """Return a whole page."""
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{escape(title)} · Trueup</title>
<link rel="icon" href="data:,">
<style>{_STYLE}</style>
</head>
<body>
<main>
{body}
</main>
</body>
</html>
"""


def _form(place: Place, onward: str) -> str:
    return f"""<form method="post" action="{place.prefix}{SIGN_IN}">
<input type="hidden" name="next" value="{escape(onward)}">
<label>Name
<input name="name" autocomplete="username" autocapitalize="none" spellcheck="false" required
autofocus></label>
<label>Password
<input name="password" type="password" autocomplete="current-password" required></label>
<button type="submit">Sign in</button>
</form>"""


def quoted(path: str) -> str:
    """Return a path as it stands in a parameter of an address."""
    return quote(path, safe="/")
