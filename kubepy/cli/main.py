"""The `kubepy` command: argv to function calls, and exceptions to one clear line and an exit status."""

from __future__ import annotations

import argparse
import importlib
import ipaddress
import os
import sys
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Final

from kubepy import __version__
from kubepy.cli.errors import UsageError
from kubepy.cli.logs import configure_logging

DATABASE_URL_VARIABLE: Final = "KUBEPY_DATABASE_URL"
COMPONENTS: Final = ("apiserver",)
"""What `kubepy up` can start so far."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; returns the process's exit status (2 for wrong usage, 1 for failure)."""
    arguments = _parser().parse_args(argv)
    configure_logging(quiet=arguments.quiet)
    try:
        # A command's module is imported only when it is run: the supervisor doesn't need the API server's.
        run: Callable[[argparse.Namespace], int] = importlib.import_module(f"kubepy.cli.{arguments.module}").run
        return run(arguments)
    except (UsageError, OSError) as error:
        print(f"kubepy: {error}", file=sys.stderr)
        return 1


def default_data_directory() -> Path:
    """`/var/lib/kubepy` for root, else the user's data directory (XDG Base Directory Specification)."""
    if os.geteuid() == 0:
        return Path("/var/lib/kubepy")
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "kubepy"


def default_workers() -> int:
    """One API server process per core, but no more than four."""
    return min(4, os.cpu_count() or 1)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="kubepy", description="A Kubernetes control plane on PostgreSQL.")
    parser.add_argument("--version", action="version", version=f"kubepy {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add_up(commands)
    for name, text in (
        ("down", "stop what `kubepy up` has started"),
        ("status", "say what is running"),
    ):
        command = commands.add_parser(name, help=text, description=text)
        _add_common(command)
        command.set_defaults(module=name)
    _add_apiserver(commands)
    _add_migrate(commands)
    return parser


def _add_common(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--data-dir",
        type=Path,
        default=default_data_directory(),
        help="where everything is kept (default: %(default)s)",
    )
    command.add_argument("-q", "--quiet", action="store_true", help="log warnings and errors only")


def _add_database_url(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--database-url",
        default=os.environ.get(DATABASE_URL_VARIABLE, ""),
        help="PostgreSQL 15 or newer, as postgresql://user:password@host1,host2/database;"
        f" better given in ${DATABASE_URL_VARIABLE}, where process lists don't show it",
    )


def _add_up(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    text = "start a cluster on this machine"
    command = commands.add_parser("up", help=text, description=text)
    _add_common(command)
    _add_database_url(command)
    command.add_argument("--secure-port", type=int, default=6443, help="port of the API (default: %(default)s)")
    command.add_argument("--bind-address", default="0.0.0.0", help="address to listen at (default: %(default)s)")
    command.add_argument("--advertise-address", default="", help="address clients reach this machine at")
    command.add_argument(
        "--workers", type=int, default=default_workers(), help="API server processes (default: %(default)s)"
    )
    command.add_argument(
        "--components",
        default=",".join(COMPONENTS),
        help="comma-separated, of: " + ", ".join(COMPONENTS) + " (default: all)",
    )
    command.add_argument("--token-auth-file", type=Path, help='static tokens: lines of token,user,uid,"group1,group2"')
    _add_cluster_flags(command)
    command.add_argument(
        "--detach", action="store_true", help="return once everything is ready; `kubepy down` stops it"
    )
    command.set_defaults(module="up")


def _add_apiserver(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    text = "run one API server process"
    command = commands.add_parser("apiserver", help=text, description=text)
    command.add_argument("-q", "--quiet", action="store_true", help="log warnings and errors only")
    _add_database_url(command)
    command.add_argument("--bind-address", default="0.0.0.0", help="address to listen at (default: %(default)s)")
    command.add_argument("--secure-port", type=int, default=6443, help="port to listen at (default: %(default)s)")
    command.add_argument("--advertise-address", default="127.0.0.1", help="address clients reach this server at")
    command.add_argument("--tls-cert-file", type=Path, required=True, help="the server's certificate (PEM)")
    command.add_argument("--tls-private-key-file", type=Path, required=True, help="its private key (PEM)")
    command.add_argument("--client-ca-file", type=Path, required=True, help="CA of client certificates (PEM)")
    command.add_argument("--token-auth-file", type=Path, help='static tokens: lines of token,user,uid,"group1,group2"')
    _add_cluster_flags(command)
    command.set_defaults(module="apiserver")


def _add_cluster_flags(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--service-cluster-ip-range",
        type=_networks,
        default="10.96.0.0/12",
        help="CIDR of cluster IPs, or two of different families (default: %(default)s)",
    )
    command.add_argument(
        "--service-node-port-range", type=_port_range, default="30000-32767", help="node ports (default: %(default)s)"
    )
    command.add_argument(
        "--event-ttl", type=_duration, default="1h", help="how long Events are kept (default: %(default)s)"
    )
    command.add_argument(
        "--history-retention", type=_duration, default="5m", help="how long past states are kept (default: %(default)s)"
    )


def _add_migrate(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    text = "bring a database to the schema this version needs"
    command = commands.add_parser("migrate", help=text, description=text)
    command.add_argument("-q", "--quiet", action="store_true", help="log warnings and errors only")
    _add_database_url(command)
    command.set_defaults(module="migrate")


def _networks(text: str) -> tuple[str, ...]:
    """One or two CIDRs, separated by a comma. Raises ArgumentTypeError."""
    try:
        networks = [ipaddress.ip_network(part.strip()) for part in text.split(",")]
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"not a CIDR: {error}") from error
    if len(networks) > 2 or len({network.version for network in networks}) < len(networks):
        raise argparse.ArgumentTypeError(f"one CIDR, or one IPv4 and one IPv6: {text!r}")
    return tuple(map(str, networks))


def _port_range(text: str) -> tuple[int, int]:
    """`30000-32767`. Raises ArgumentTypeError."""
    lowest, _, highest = text.partition("-")
    if lowest.isdecimal() and highest.isdecimal() and 0 < int(lowest) <= int(highest) < 65536:
        return int(lowest), int(highest)
    raise argparse.ArgumentTypeError(f"not a range of ports: {text!r} (write 30000-32767)")


def _duration(text: str) -> timedelta:
    """`90s`, `5m`, `1h30m`, `2d`. Raises ArgumentTypeError."""
    units = {"s": 1, "m": 60, "h": 3600, "d": 86400}
    seconds = 0.0
    number = ""
    for character in text:
        if character in units and number:
            seconds += float(number) * units[character]
            number = ""
        elif character.isdecimal() or character == ".":
            number += character
        else:
            raise argparse.ArgumentTypeError(f"not a duration: {text!r} (write 90s, 5m, 1h30m or 2d)")
    if number:
        raise argparse.ArgumentTypeError(f"not a duration: {text!r}: the unit is missing (s, m, h or d)")
    return timedelta(seconds=seconds)


if __name__ == "__main__":
    raise SystemExit(main())
