"""One thin module a pipeline: reads settings, passes clients in, calls the pure functions."""
