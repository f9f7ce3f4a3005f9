"""Chat-completions endpoints for tests: a scripted one, and real servers with tiny models."""
