"""Fails."""

raise SystemExit("as it should")
