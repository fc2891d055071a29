"""What would be right where a device may not be opened: the group that it belongs to. Knows nothing of devices."""

import grp
import stat
from pathlib import Path


def may_open(path: Path) -> str:
    """How a user gets the right to open a device, as the second half of a sentence."""
    try:
        status = path.stat()
        name = grp.getgrgid(status.st_gid).gr_name
    except (OSError, KeyError):
        return "right would be a user who may read it"
    if not status.st_mode & stat.S_IRGRP:
        return f"right would be: sudo chmod g+rw {path}, and a user of its group '{name}'"
    return f"right would be a user of its group '{name}': sudo usermod -aG {name} USER, and a new login"
