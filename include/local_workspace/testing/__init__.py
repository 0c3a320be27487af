"""Aids for tests of clients, off unless asked for: faults on purpose."""
