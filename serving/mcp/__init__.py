"""Libraries as tools of a language model: the Model Context Protocol, on stdio and over HTTP."""
