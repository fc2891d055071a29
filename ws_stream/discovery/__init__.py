"""Servers found on the network without an address, by multicast DNS: `announcer` is found, `browser` finds."""
