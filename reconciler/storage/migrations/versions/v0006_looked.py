"""Of what is as it was stored only the times are; latency is stored of all accounts together, too."""

import json
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_AT_ONCE = 500


def upgrade() -> None:
    op.add_column("lease", sa.Column("looked", sa.Text()))
    op.add_column(
        "position_state", sa.Column("with_look", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    _merge_latency()


def _merge_latency() -> None:
    """Store each window of all accounts together beside those of each, under the negative of its width."""
    connection = op.get_bind()
    keys = connection.execute(sa.text("SELECT DISTINCT tier, start FROM latency_bucket")).all()
    add = sa.text(
        "INSERT INTO latency_bucket (tier, start, account, source, measure, sketch) "
        "VALUES (:tier, :start, '', :source, :measure, :sketch)"
    )
    for begin in range(0, len(keys), _AT_ONCE):
        values = [value for tier, start in keys[begin : begin + _AT_ONCE] for value in _merged(tier, start)]
        connection.execute(add, values)


def _merged(tier: int, start: Any) -> Iterator[dict[str, Any]]:
    query = sa.text(
        "SELECT source, measure, sketch FROM latency_bucket WHERE tier = :tier AND start = :start "
        "ORDER BY source, measure"
    )
    rows = op.get_bind().execute(query, {"tier": tier, "start": start}).all()
    for (source, measure), group in groupby(rows, key=lambda row: (row.source, row.measure)):
        sketch = _sum(json.loads(row.sketch) for row in group)
        yield {"tier": -tier, "start": start, "source": source, "measure": measure, "sketch": sketch}


def _sum(stored: Iterable[dict[str, Any]]) -> str:
    total: dict[str, Any] = {"n": 0, "neg": 0, "zero": 0, "max": 0.0}
    buckets: dict[int, int] = {}
    for each in stored:
        for name in ("n", "neg", "zero"):
            total[name] += each[name]
        total["max"] = max(total["max"], each["max"])
        for index, count in zip(each["b"][::2], each["b"][1::2], strict=True):
            buckets[index] = buckets.get(index, 0) + count
    flat = [number for index in sorted(buckets) for number in (index, buckets[index])]
    return json.dumps({**total, "b": flat}, separators=(",", ":"))
