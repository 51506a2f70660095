"""Nodes of a Ray cluster on this machine, by Ray's own cluster utility: a program that is told by its input.

`start NAME EGRESS...`, `kill NAME`, `end`; it answers each with a line of JSON. It runs in Ray's environment.
"""

import json
import sys
from typing import Any

from ray.cluster_utils import Cluster


def main() -> None:
    """Serve until `end`, or until the input ends."""
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0})
    _say(address=cluster.address)
    nodes: dict[str, Any] = {}
    try:
        for line in sys.stdin:
            word, *names = line.split()
            if word == "end":
                break
            if word == "start":
                name, *egresses = names
                offers = {f"egress_{egress}": 1 for egress in egresses}
                nodes[name] = cluster.add_node(num_cpus=1, resources=offers)
                pids = [each.process.pid for each in nodes[name].all_processes["raylet"]]
                _say(started=name, raylet=pids[0])
            else:
                cluster.remove_node(nodes.pop(names[0]), allow_graceful=False)
                _say(killed=names[0])
    finally:
        cluster.shutdown()


def _say(**what: object) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
