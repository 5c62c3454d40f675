"""`python -m benchmarks`: measure kubepy on this machine.

Without options everything is measured and docs/performance.md written. `--only get,list --objects 500
--seconds 2` takes a quick look, which is printed only.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks import report
from benchmarks.api import SCENARIOS, Scope, measure
from benchmarks.cluster import new_directory
from benchmarks.memory import measure as measure_memory
from benchmarks.report import Report, Row, rate_row
from benchmarks.wrk import MissingTool, require
from kubepy.cli.main import default_workers

OBJECTS = 5000
CONFIG_MAPS = 100_000
SECONDS = 5.0
PAGE = Path(__file__).parent.parent / "docs" / "performance.md"
LATENCY_BENCHMARK = "watch_latency"
ALL = (*SCENARIOS, "configmaps", LATENCY_BENCHMARK)


def main() -> int:
    """Measure, print, and write; returns the exit status."""
    arguments = _parser().parse_args()
    only = frozenset(arguments.only.split(",")) if arguments.only else frozenset(ALL)
    if unknown := only - set(ALL):
        return report.fail(f"no such scenario: {', '.join(sorted(unknown))}; there are: {', '.join(ALL)}")
    try:
        require()
    except MissingTool as error:
        return report.fail(str(error))
    scope = Scope(only & set(SCENARIOS), arguments.objects, arguments.seconds, arguments.watchers, arguments.events)
    result = Report(report.circumstances(arguments.directory, arguments.objects), arguments.workers)
    if scope.only:
        with new_directory(arguments.directory) as directory:
            measure(directory, scope, result)
    if "configmaps" in only:
        with new_directory(arguments.directory) as directory:
            _measure_config_maps(directory, arguments.configmaps, result)
    if LATENCY_BENCHMARK in only:
        _run_latency_benchmark(result)
    print("\n" + result.terminal())
    output = arguments.output
    if output is None and only == set(ALL) and arguments.objects == OBJECTS and arguments.configmaps == CONFIG_MAPS:
        output = PAGE
    if output is not None:
        output.write_text(result.markdown())
        print(f"written to {output}")
    return 1 if any(row.latencies is not None and row.latencies.errors for row in result.rows) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=main.__doc__)
    parser.add_argument("--only", default="", help="comma-separated, of: " + ", ".join(ALL) + " (default: all)")
    parser.add_argument("--objects", type=int, default=OBJECTS, help="pods (default: %(default)s)")
    parser.add_argument("--configmaps", type=int, default=CONFIG_MAPS, help="large collection (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="per read scenario (default: %(default)s)")
    parser.add_argument("--watchers", type=int, default=200, help="default: %(default)s")
    parser.add_argument("--events", type=int, default=200, help="each watcher is sent (default: %(default)s)")
    parser.add_argument("--workers", type=int, default=default_workers(), help="API servers (default: %(default)s)")
    parser.add_argument(
        "--directory", type=Path, default=Path(tempfile.gettempdir()), help="where databases go (default: %(default)s)"
    )
    parser.add_argument("--output", type=Path, help="file to write (default: docs/performance.md after a whole run)")
    return parser


def _measure_config_maps(directory: Path, count: int, result: Report) -> None:
    print(f"\nstoring {count:,} ConfigMaps", flush=True)
    found = measure_memory(directory, result.workers, count)
    note = (
        f"{count:,} ConfigMaps of 1 KB: {found.after}; {found.before.total / 1e6:.0f} MB before the first list;"
        f" started in {found.start_seconds:.1f} s"
    )
    megabytes = found.after.total / 1e6
    result.add(Row("configmaps", f"{megabytes:.0f} MB", megabytes, note=note))
    result.add(rate_row("configmap-pages", found.pages))


def _run_latency_benchmark(result: Report) -> None:
    """Run the benchmark of delays between API servers, a program of its own."""
    if not (Path(__file__).parent / f"{LATENCY_BENCHMARK}.py").exists():
        return
    command = [sys.executable, "-m", f"benchmarks.{LATENCY_BENCHMARK}"]
    run = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    text = run.stdout if run.returncode == 0 else f"{run.stdout}\nfailed with status {run.returncode}"
    print("\n" + text, flush=True)
    result.extras["From a commit on one API server to a watcher of another"] = text


if __name__ == "__main__":
    sys.exit(main())
