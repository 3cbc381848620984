"""The name that files have while they are received: both their writer and the sweep at start know it."""

SPOOL_PREFIX = "received-"
