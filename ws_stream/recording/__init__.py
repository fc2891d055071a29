"""Recordings: the messages of a stream in a file, with their times. docs/recordings.md is the authority."""

from .reader import Moment, Recording, open_recording

__all__ = ["Moment", "Recording", "open_recording"]
