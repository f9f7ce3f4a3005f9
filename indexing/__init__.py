"""The write path: find files, render pages, read their words, encode, store."""
