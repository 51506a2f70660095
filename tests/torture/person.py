"""A person at a terminal, as a process: acknowledges what it is told to, and says so once that is durable.

A line in: {"id": 7, "by": "ann", "note": "I close it"}. A line out, after the fact: the same with "done".
"""

import json
import sys

from reconciler.console import AlertCommandError, Console, StateDatabaseError


def main(url: str) -> None:
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            with Console.open(url) as console:
                console.commands.acknowledge(asked["id"], by=asked["by"], note=asked["note"], origin="cli")
        except (AlertCommandError, StateDatabaseError) as error:
            answer = {**asked, "done": False, "why": str(error)}
        else:
            answer = {**asked, "done": True}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
