"""Debian's nginx and Caddy, with the configurations in examples/proxy, before a server on a Unix socket."""
