"""Formats, frames and renditions, and the passes over the pixels of a picture."""
