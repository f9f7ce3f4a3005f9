"""The web page: a shell and modules that are sent as they are; everything else is the HTTP API."""
