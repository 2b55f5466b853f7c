"""Files and standard input turned into documents, bad rows into rejections with their line."""
