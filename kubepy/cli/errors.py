"""Errors that end a command with one line."""


class UsageError(Exception):
    """What was asked for can't be done; the message says why."""
