"""The consuming clients, one process each: they count, time and check what a server sends."""
