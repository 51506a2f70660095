"""The version of this Trueup: what was installed says it, and pyproject.toml says it to that."""

from importlib.metadata import PackageNotFoundError, version


def version_here() -> str:
    """Return the version of this Trueup; `unknown` where it was not installed."""
    try:
        return version("trueup")
    except PackageNotFoundError:
        return "unknown"
