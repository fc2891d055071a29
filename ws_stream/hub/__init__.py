"""Streams and their viewers: the newest picture of each rendition, encoded once per base."""
