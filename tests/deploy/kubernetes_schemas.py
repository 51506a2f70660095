"""Kubernetes' own schemas of what `deploy/kubernetes.yaml` has: no more of them, kept here as one small file.

They come from the PyPI package `kubernetes-validate`, which has those of all kinds and versions.
`python -m tests.deploy.kubernetes_schemas FOLDER` takes them out of a folder that it was unpacked in.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

VERSION = "1.37"
KINDS = ("deployment-apps-v1", "service-v1", "configmap-v1", "poddisruptionbudget-policy-v1")
FILE = Path(__file__).with_name("kubernetes-schemas.json")


def kept() -> dict[str, Any]:
    """Return the schemas, by kind and version, and what they refer to."""
    schemas: dict[str, Any] = json.loads(FILE.read_text("utf-8"))
    return schemas


def taken(folder: Path) -> dict[str, Any]:
    """Return the same, taken out of the package: strict, an unknown name is an error."""
    place = folder / "kubernetes_validate" / "kubernetes-json-schema" / f"v{VERSION}.0-local-strict"
    every = json.loads((place / "_definitions.json").read_text("utf-8"))["$defs"]
    kinds = {kind: _bare(json.loads((place / f"{kind}.json").read_text("utf-8"))) for kind in KINDS}
    for kind in kinds.values():
        kind["properties"].pop("status", None)  # what the cluster says, and nobody else
    found: dict[str, Any] = {}
    wanted = [name for kind in kinds.values() for name in _referred(kind)]
    while wanted:
        name = wanted.pop()
        if name not in found:
            found[name] = _bare(every[name])
            wanted += _referred(found[name])
    return {"kinds": kinds, "$defs": found}


def _bare(schema: Any) -> Any:
    """Return a schema without what explains it to people."""
    if isinstance(schema, list):
        return [_bare(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: value for key, value in schema.items() if key != "description" or not isinstance(value, str)}
    here = {"$ref": f"#/$defs/{kept['$ref'].rpartition('/')[2]}"} if isinstance(kept.get("$ref"), str) else {}
    return {key: _bare(value) for key, value in kept.items()} | here


def _referred(schema: Any) -> Iterator[str]:
    if isinstance(schema, list):
        for each in schema:
            yield from _referred(each)
    elif isinstance(schema, dict):
        if isinstance(schema.get("$ref"), str):
            yield schema["$ref"].rpartition("/")[2]
        for value in schema.values():
            yield from _referred(value)


if __name__ == "__main__":
    FILE.write_text(json.dumps(taken(Path(sys.argv[1])), sort_keys=True) + "\n", "utf-8")
