"""Bodies and answers of the routes, in files of the same names."""
