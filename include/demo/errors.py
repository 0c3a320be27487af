"""Errors of the laptop stack: each message names what failed, and where its log is or what to do."""


class DemoError(Exception):
    """Root of the errors that end a command with a message instead of a traceback."""


class UsageError(DemoError):
    """The command was asked for something that cannot be done here and now."""


class StackError(DemoError):
    """A part of the stack did not start, or died."""


class LifecycleError(DemoError):
    """A DAG run failed, or did not end as the lifecycle demands."""
