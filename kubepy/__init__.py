"""kubepy: a Kubernetes control plane and node in Python whose cluster state lives in PostgreSQL."""

__version__ = "0.1.0"
