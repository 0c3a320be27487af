"""Handlers: they unpack a request, ask a backend, and shape the reply."""
