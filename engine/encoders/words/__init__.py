"""The built-in encoder: words as they lie on a page, read by a small text model on the CPU."""
