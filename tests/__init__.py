"""Tests: they read like the promises."""
