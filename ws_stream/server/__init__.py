"""Streams on a port: `Server`, and what it is made of."""

from .server import Server

__all__ = ["Server"]
