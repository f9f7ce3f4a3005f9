"""Models that turn pages and questions into multivectors of one space, a folder or file each."""
