"""A stream in the output of a notebook's cell."""

from .show import show
from .view import NotebookView

__all__ = ["NotebookView", "show"]
