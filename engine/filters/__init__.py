"""Filters as people write them: `kind = "pdf" and meta.year >= 2023`."""
