"""The Kubernetes API as data and pure functions: no IO, no clocks of its own, nothing that awaits."""
