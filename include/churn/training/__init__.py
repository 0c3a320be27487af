"""Fitting the model, and what is said about how well it fits."""
