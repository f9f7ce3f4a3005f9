"""Ways to search multivectors, one file each, all with the same names."""
