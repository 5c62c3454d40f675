"""From measurements to the table on the terminal and to docs/performance.md."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.results import Result
from benchmarks.targets import FLOOR_SHARE_OF_GET, HOW_OTHERS_WERE_MEASURED, TARGETS

_ROOT = Path(__file__).parent.parent
_HEADER = ("scenario", "result", "p50", "p99", "floor", "floor, {workers}x", "share", "at least", "reached")
_OTHERS_HEADER = ("scenario", "kubepy", "kube-apiserver + etcd", "+ kine", "kubepy at least")


@dataclass(slots=True)
class Row:
    """One scenario: what came out (as text, and as the value its target is about), and its floors."""

    scenario: str
    text: str
    value: float
    latencies: Result | None = None
    floors: Sequence[Result] = ()
    """With one process, then (unless that makes no sense) with as many as kubepy has."""
    note: str = ""

    @property
    def share(self) -> float | None:
        """Of the floor with as many processes, if there is one."""
        return self.value / self.floors[-1].per_second if self.floors and self.floors[-1].per_second else None

    @property
    def is_good(self) -> bool:
        """Whether the target is reached."""
        enough = TARGETS[self.scenario].is_kept(self.value)
        return enough and (self.scenario != "get" or self.share is None or self.share >= FLOOR_SHARE_OF_GET)


def rate_row(scenario: str, result: Result, floors: Sequence[Result] = ()) -> Row:
    """A row for a scenario that is about how many a second."""
    note = ", ".join(part for part in (result.note, f"{result.errors} ERRORS" if result.errors else "") if part)
    return Row(scenario, rate_text(result.per_second), result.per_second, result, floors, note)


def rate_text(per_second: float) -> str:
    """A rate with the digits that mean something."""
    return f"{per_second:,.0f}/s" if per_second >= 100 else f"{per_second:.1f}/s"


@dataclass(slots=True)
class Report:
    """A run: its circumstances and rows."""

    circumstances: dict[str, str]
    workers: int
    rows: list[Row] = field(default_factory=list)
    extras: dict[str, str] = field(default_factory=dict)
    """Output of other benchmarks, by title."""

    def add(self, row: Row) -> None:
        """Take in a row and say so."""
        self.rows.append(row)
        line = f"{TARGETS[row.scenario].title:34} {row.text:>12}"
        if row.latencies is not None:
            line += f"   p50 {_milliseconds(row.latencies.p50_ms):>9}   p99 {_milliseconds(row.latencies.p99_ms):>9}"
        if row.floors:
            line += "   floor " + ", ".join(rate_text(floor.per_second) for floor in row.floors)
        if row.share is not None:
            line += f" ({row.share:.0%})"
        print(line + (f"   {row.note}" if row.note else ""), flush=True)

    def _generator_cores(self) -> str:
        """How much of the machine the load generators needed."""
        results = [result for row in self.rows for result in (row.latencies, *row.floors) if result is not None]
        shares = [result.generator_cores for result in results if result.generator_cores] or [0.0]
        return f"{min(shares):.0%} to {max(shares):.0%} of one core"

    def cells(self) -> list[list[str]]:
        """The main table."""
        header = [name.format(workers=self.workers) for name in _HEADER]
        order = list(TARGETS)
        return [header, *(_cells(row) for row in sorted(self.rows, key=lambda row: order.index(row.scenario)))]

    def terminal(self) -> str:
        """The main table for people at a terminal."""
        cells = self.cells()
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        lines = [
            "  ".join(
                cell.ljust(width) if place == 0 else cell.rjust(width) for place, (cell, width) in enumerate(pairs)
            )
            for pairs in (list(zip(line, widths, strict=True)) for line in cells)
        ]
        notes = [f"{TARGETS[row.scenario].title}: {row.note}" for row in self.rows if row.note]
        return "\n".join([*lines, "", *notes])

    def markdown(self) -> str:
        """The whole document."""
        others = [
            [TARGETS[r.scenario].title, r.text, *_reference(r.scenario)] for r in self.rows if _reference(r.scenario)[0]
        ]
        notes = [f"- {TARGETS[row.scenario].title}: {row.note}" for row in self.rows if row.note]
        sections = [
            "# Performance",
            "`make bench` measures all of this and rewrites this page. It needs `wrk` (`apt-get install wrk`) and a"
            " machine that does nothing else. `.venv/bin/python -m benchmarks --only get,list --objects 500"
            " --seconds 2` takes a quick look at a part; `--help` lists the parts.",
            "## Where",
            "\n".join(f"- {name}: {value}" for name, value in self.circumstances.items()),
            "## What",
            _markdown_table(self.cells()),
            "\n".join(notes),
            _EXPLANATION.format(workers=self.workers, cores=self._generator_cores()),
            "## Beside others",
            _markdown_table([list(_OTHERS_HEADER), *others]),
            HOW_OTHERS_WERE_MEASURED,
            *(f"## {title}\n\n```\n{text.strip()}\n```" for title, text in self.extras.items()),
        ]
        return "\n\n".join(section for section in sections if section) + "\n"


_EXPLANATION = """\
- Each client sends its next request when it has the answer to the last one. Percentiles are wrk's, which holds a slow
  answer also against the requests its client could not send meanwhile.
- *floor* is a bare aiohttp handler on uvloop with the same TLS that answers with the same bytes and does nothing else,
  in one process and in {workers}; *share* is kubepy's share of the latter (of the former where there is only that). The
  floor under writes is the row "insert, store alone": group-committed inserts of the same objects without HTTP.
- The load generators took {cores}, beside the servers on the same machine.
- The kernel spreads connections over processes at random (SO_REUSEPORT), so rates differ from run to run, that of the
  two clients that list everything most.
- All writes are durable (fsync on) when they are answered.
- In the watch scenarios a delivery is one event at one watcher, and latencies are from sending the write to the
  event's arrival.
- Memory is that of API servers, PostgreSQL and supervisor together, shared pages counted once (PSS)."""


def circumstances(directory: Path, objects: int) -> dict[str, str]:
    """Where and on what a run takes place."""
    return {
        "kubepy": _commit(),
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "machine": f"{os.cpu_count()} cores ({_cpu_model()}), {_memory_gigabytes():.0f} GB of memory,"
        f" Linux {platform.release()}, database on {_file_system(directory)}",
        "versions": f"Python {platform.python_version()}",
        "objects": f"{objects:,} pods",
        "load average before the run": f"{os.getloadavg()[0]:.1f}",
    }


def _cells(row: Row) -> list[str]:
    latencies = row.latencies
    floors = [rate_text(floor.per_second) for floor in row.floors]
    target = TARGETS[row.scenario]
    return [
        target.title,
        row.text,
        _milliseconds(latencies.p50_ms) if latencies else "",
        _milliseconds(latencies.p99_ms) if latencies else "",
        floors[0] if floors else "",
        floors[-1] if len(floors) > 1 else "",
        f"{row.share:.0%}" if row.share is not None else "",
        target.limit_text + (f", {FLOOR_SHARE_OF_GET:.0%}" if row.scenario == "get" else ""),
        ("yes" if row.is_good else "no") if target.limit is not None else "",
    ]


def _reference(scenario: str) -> list[str]:
    target = TARGETS[scenario]
    return [target.etcd, target.kine, target.limit_text]


def _milliseconds(value: float) -> str:
    return f"{value:,.0f} ms" if value >= 100 else f"{value:.1f} ms"


def _markdown_table(cells: Sequence[Sequence[str]]) -> str:
    header, *rows = cells
    rule = ["---", *["---:" for _ in header[1:]]]
    return "\n".join(f"| {' | '.join(line)} |" for line in (header, rule, *rows))


def _commit() -> str:
    def git(*arguments: str) -> str:
        run = subprocess.run(["git", *arguments], cwd=_ROOT, capture_output=True, text=True, check=False)
        return run.stdout.strip()

    changed = git("status", "--porcelain", "--untracked-files=no", "--", "kubepy", "migrations")
    return f"{git('rev-parse', '--short', 'HEAD') or 'unknown commit'}{' with uncommitted changes' if changed else ''}"


def _cpu_model() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _memory_gigabytes() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


def _file_system(directory: Path) -> str:
    """The type of the file system a directory is on: fsync costs nothing on some."""
    path = os.path.realpath(directory)
    best = ("", "an unknown file system")
    for line in Path("/proc/self/mounts").read_text().splitlines():
        _, mount, kind, *_ = line.split()
        if (path == mount or path.startswith(mount.rstrip("/") + "/")) and len(mount) >= len(best[0]):
            best = (mount, kind)
    return best[1]


def fail(message: str) -> int:
    """Say why nothing was measured; returns the exit status."""
    print(message, file=sys.stderr)
    return 1
