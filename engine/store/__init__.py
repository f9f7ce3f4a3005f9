"""Where pages and documents are kept: the only folder that knows Qdrant."""
