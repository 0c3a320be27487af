"""Does nothing, and does it well."""
