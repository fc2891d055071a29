"""Streams of other servers, shown again: one copy from the device, whoever watches here."""
