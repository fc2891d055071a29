"""For tests of devices' screens, with pytest (its fixture is `device_screen`) or without."""

from .golden import similar_to
from .screen import DeviceScreen

__all__ = ["DeviceScreen", "similar_to"]
