"""`kubepy status`."""

from __future__ import annotations

import argparse

from kubepy.cli.runtime_state import DataDirectory


def run(arguments: argparse.Namespace) -> int:
    """Print what runs; exit status 0 if it is ready, 3 if nothing runs, 4 while it is starting or ailing."""
    directory = DataDirectory(arguments.data_dir)
    pid = directory.supervisor_pid()
    if pid is None:
        print(f"nothing is running in {directory.path}")
        return 3
    state = directory.read_state()
    print(f"supervisor   running (process {pid})")
    for component in state.get("components", []):
        print(f"{component['name']:<12} {component['state']} (process {component['pid']})")
    print(f"server       {state.get('server', 'starting')}")
    print(f"kubeconfig   {directory.kubeconfig}")
    return 0 if state.get("ready") else 4
