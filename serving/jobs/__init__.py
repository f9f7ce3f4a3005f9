"""Documents that are being added in the background: a queue that survives whatever happens."""
