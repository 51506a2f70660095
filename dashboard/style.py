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
/* Legs are a table, and cards on a phone. */
.st-key-position-cards, .st-key-old-position-cards {{ display: none; }}
.legs .leg {{ border: 1px solid rgba(128, 140, 155, 0.4); border-left-width: 4px; border-radius: 6px;
  padding: 8px 12px; margin-bottom: 8px; line-height: 1.5; overflow-wrap: anywhere; }}
.legs .bad {{ border-left-color: #e0485e; }}
.legs .poor {{ border-left-color: #d9902e; }}
.legs .moving {{ border-left-color: #5b8def; }}
.legs .good {{ border-left-color: #35a060; }}
.legs .state {{ font-weight: 600; }}
@media (max-width: {PHONE}) {{
  .st-key-positions, .st-key-old-positions {{ display: none; }}
  .st-key-position-cards, .st-key-old-position-cards {{ display: flex; }}
}}
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
