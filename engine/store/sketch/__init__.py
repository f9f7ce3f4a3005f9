"""A smaller copy of a library's patches, by which the pages worth a closer look are found."""
