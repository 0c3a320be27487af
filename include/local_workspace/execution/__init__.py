"""Carrying runs out: a warm process that forks, and what happens in the fork."""
