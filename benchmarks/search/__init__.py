"""How fast and how well pages are found in large collections, beside other ways to do it."""
