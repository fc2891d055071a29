"""Bytes that nobody would send, sought out by what they reach: `python -m tests.fuzz TARGET|all --seconds N`.

Each target is a law about all inputs (laws/ in Python, c/ in C, web/ in JavaScript), a row of `targets.TARGETS`, and
seeds made of the vectors. What was found once is in `found.py`, and played each time.
"""
