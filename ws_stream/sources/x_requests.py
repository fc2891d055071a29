"""Requests of three X extensions that python-xlib lacks, in its own terms: MIT-SHM, and the regions of XFIXES.

From shmproto.h and xfixesproto.h of xorgproto. Imported when it is used, as only those who use it install python-xlib.
"""

from Xlib.protocol import rq


def _request(minor: int, *fields: rq.Field) -> rq.Struct:
    return rq.Struct(rq.Card8("opcode"), rq.Opcode(minor), rq.RequestLength(), *fields)


def _reply(*fields: rq.Field) -> rq.Struct:
    head = rq.ReplyCode(), rq.Card8("detail"), rq.Card16("sequence_number"), rq.ReplyLength()
    return rq.Struct(*head, *fields)


class ShmAttach(rq.Request):
    """The server maps the segment of that number, and knows it by an XID."""

    _request = _request(
        1, rq.Card32("segment"), rq.Card32("number"), rq.Card8("read_only"), rq.Pad(3)
    )


class ShmGetImage(rq.ReplyRequest):
    """The server writes a part of a drawable into a segment."""

    _request = _request(
        4,
        rq.Card32("drawable"),
        *(rq.Int16("x"), rq.Int16("y"), rq.Card16("width"), rq.Card16("height")),
        *(rq.Card32("plane_mask"), rq.Card8("format"), rq.Pad(3)),
        *(rq.Card32("segment"), rq.Card32("offset")),
    )
    _reply = _reply(rq.Card32("visual"), rq.Card32("size"), rq.Pad(16))


class CreateEmptyRegion(rq.Request):
    """A region without rectangles."""

    _request = _request(5, rq.Card32("region"))


class FetchRegion(rq.ReplyRequest):
    """The rectangles of a region, each four 16-bit words: x, y, width, height. `rectangles` is their bytes."""

    _request = _request(19, rq.Card32("region"))
    _reply = _reply(rq.Pad(24), rq.Binary("rectangles", pad=0))
