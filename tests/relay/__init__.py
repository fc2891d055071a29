"""Streams of other servers, shown again."""
