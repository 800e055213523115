"""`python -m bench [NAME ...]`: every measurement in turn, each in a process of its own.

`python -m bench quality` runs all whose name begins with `quality_`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

NOT_BENCHES = {"__init__", "__main__", "ratings", "report"}


def main(names: list[str]) -> int:
    folder = Path(__file__).parent
    known = sorted(path.stem for path in folder.glob("*.py") if path.stem not in NOT_BENCHES)
    names = [
        each
        for name in names
        for each in ([name] if name in known else [found for found in known if found.startswith(f"{name}_")] or [name])
    ]
    if unknown := set(names) - set(known):
        print(f"There is no bench {', '.join(sorted(unknown))}; known: {', '.join(known)}", file=sys.stderr)
        return 2
    failed = []
    for name in names or known:
        print(f"{name} ...", file=sys.stderr, flush=True)
        done = subprocess.run(
            [sys.executable, "-m", f"bench.{name}"], cwd=folder.parent, capture_output=True, text=True
        )
        lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
        for line in lines:
            result = json.loads(line)
            mark = "ok  " if result["ok"] else "FAIL"
            print(
                f"{mark} {result['bench']}: ratio {result['ratio']} ({result['limit']}) {result['figures']}", flush=True
            )
        if done.returncode or not lines:
            failed.append(name)
            print(done.stderr[-3000:], file=sys.stderr)
    print(
        f"{len(names or known) - len(failed)} of {len(names or known)} benches hold"
        + (f"; not: {', '.join(failed)}" if failed else "")
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
