"""A server in another program: one process, one port. One file for each kind; none is imported before it is used."""
