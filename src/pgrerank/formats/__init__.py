"""Readers of files and standard input: rows become documents, bad rows rejections."""
