"""The few rules of style that Streamlit has no option for."""

import streamlit as st

PHONE = "640px"

_RULES = f"""
<style>
/* What is old is grey, whatever colour it had. */
[class*="st-key-old-"] {{ filter: grayscale(1); opacity: 0.65; }}
/* A figure is read whole: it wraps rather than ends in dots. */
[data-testid="stMetricValue"] > div,
[data-testid="stMetricValue"] p {{ white-space: normal; overflow: visible; }}
.st-key-figures [data-testid="stMetricValue"],
.st-key-old-figures [data-testid="stMetricValue"] {{ font-size: 1.35rem; }}
/* On a phone the cards come before the figures. */
@media (max-width: {PHONE}) {{
  [data-testid="stLayoutWrapper"]:has(> .st-key-figures),
  [data-testid="stLayoutWrapper"]:has(> .st-key-old-figures) {{ order: 2; }}
}}
</style>
"""


def style() -> None:
    """Send the rules to the page. They hold no text of anybody else."""
    st.html(_RULES)
