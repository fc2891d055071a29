"""The limits on what peers, pictures and options may be, each with its unit and its reason.

Imports nothing, so that every room can name a limit. Numbers that tune a room's own work stand in that room.
"""

MAX_SIDE = 16384
"""Pixels of the longest side of a picture: what browsers' canvases take."""
MAX_PICTURE_BYTES = 64 * 2**20
"""Bytes of the largest picture: 4096 x 4096 pixels of four bytes."""
MAX_MESSAGE = MAX_PICTURE_BYTES * 3 // 2
"""Bytes of the longest message a viewer reads: the largest picture, and the marks of all its pixels, of a byte each."""
MAX_COUNT = 2**53
"""Whatever is counted is below this, so that a JavaScript number holds it exactly."""
MAX_TIME = MAX_COUNT
"""Microseconds: capture times are below this."""
MAX_NUMBER = 2**32 - 1
"""Highest picture number and highest epoch: the message's header has 32 bits for each."""
MAX_FPS = 1000
"""Pictures per second; no display or camera is faster."""
MAX_CPU_BUDGET = 100_000
"""Percent of one core: a thousand cores."""
MAX_STEP = 16
"""Coarsest step; also keeps the sum of a 16 x 16 box of bytes within 16 bits."""
MAX_TOLERANCE = 64
"""Steps of eight bits, a quarter of the range of a channel; beyond that a picture is hardly one."""
MAX_QUERY_KEYS = 64
"""Of one address; the protocol has a quarter of them."""
MAX_SIDE_DATA = 4096
"""Bytes of the JSON that goes with a picture: exposure, sensor time, pointer; what is more is a stream of its own."""
MAX_ADDRESS_LETTERS = 1024
"""Letters of the address of a source or of a stream: the sentences that hold one stay readable."""
MAX_VIEWER_MESSAGE = 4096
"""Bytes of the longest text message a server reads: control messages are under 100."""
MAX_SERVER_MESSAGE = 65536
"""Characters of the longest text message a viewer reads: control messages are under 1000."""
MAX_VIEWERS = 256
"""Viewers at one time, on all streams together: each may hold a picture of its own as its base."""
MOST_VIEWERS = 100 * MAX_VIEWERS
"""The same where the owner of a larger machine says so, as of a relay."""
MAX_CONNECTIONS = MAX_VIEWERS + 64
"""TCP connections at one time: viewers, and requests for the page. Of one more than that, one that had its reply and
asks nothing is cut off, else the oldest that has not asked for anything yet."""
MAX_ADDRESS_VIEWERS = MAX_VIEWERS // 4
"""Viewers at one time from one address: a wall of thumbnails is one to each, and nobody takes all places."""
MAX_ADDRESS_CONNECTIONS = MAX_ADDRESS_VIEWERS + 32
"""TCP connections at one time from one address."""
