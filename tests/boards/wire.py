"""Bytes that a board is sent and sends, without a library that would mend them."""

import socket

from tests.boards.board import Board

UPGRADE = {
    "Connection": "keep-alive, Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Protocol": "other, ws-stream.v1",
}
ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
"""RFC 6455, section 1.3."""


def raw(port: int, *sent: bytes) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=20)
    for part in sent:
        connection.sendall(part)
    return connection


def handshake(path: str = "/stream/screen", **headers: str) -> bytes:
    lines = {"Host": "127.0.0.1", **UPGRADE, **headers}
    return (
        f"GET {path} HTTP/1.1\r\n".encode()
        + b"".join(f"{name}: {value}\r\n".encode() for name, value in lines.items())
        + b"\r\n"
    )


def until_its_end(connection: socket.socket) -> bytes:
    with connection:
        data = b""
        while part := connection.recv(65536):
            data += part
        return data


def watching(board: Board) -> socket.socket:
    """A viewer that was told what it sees."""
    connection = raw(board.port, handshake())
    while b"stream" not in connection.recv(65536).rpartition(b"\r\n\r\n")[2]:
        pass
    return connection


def close_code(data: bytes) -> int:
    """Of the frame with which it ends."""
    at = data.rindex(b"\x88")
    assert len(data) == at + 2 + data[at + 1]
    return int.from_bytes(data[at + 2 : at + 4], "big")


def masked(opcode: int, payload: bytes, head: bytes = b"") -> bytes:
    length = head or bytes([0x80 | len(payload)])
    key = b"\x01\x02\x03\x04"
    return bytes([opcode]) + length + key + bytes(b ^ key[i % 4] for i, b in enumerate(payload))
