"""Benchmarks: what a server costs the device, beside what it is meant to replace. `python -m bench --help`."""
