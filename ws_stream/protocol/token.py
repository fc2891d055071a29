"""What may be a token, wherever it stands: an address, a header, a cookie, a WebSocket's subprotocol.

Knows nothing of what it gives a right to.
"""

LETTERS = r"[A-Za-z0-9_-]{22,128}"
"""22 such letters are 128 bits."""
CARRIER = "ws-stream.token."
"""What a WebSocket offers beside the protocol that it speaks; the server never takes it up."""
