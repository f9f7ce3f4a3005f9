"""Documents from addresses of the web, and nothing from the networks that the server is in."""
