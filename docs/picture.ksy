# The picture messages of protocol.md, which is the authority, for Kaitai Struct (https://kaitai.io): parsers in a dozen
# languages. It says how a message lies in memory and which fields are out of range; what needs more than one field to
# tell (payload lengths, rows that overlap) and what payloads mean is in the document.
meta:
  id: picture
  title: A binary message of the ws-stream protocol, version 1
  endian: le
  bit-endian: le
seq:
  - id: header_length
    type: u2
    doc: Where the segment table starts; 0 in a message of another binary type
    valid:
      expr: _ == 0 or (_ >= 36 and _ % 4 == 0)
  - id: body
    type:
      switch-on: header_length
      cases:
        0: other
        _: delta
types:
  other:
    doc: Of a later version, to be ignored
    seq:
      - id: content
        size-eos: true
        doc: Begins with the binary type, 2 bytes
  delta:
    seq:
      - id: format
        type: u1
        enum: pixel_format
        valid:
          in-enum: true
      - id: flags
        type: flags
      - id: epoch
        type: u4
      - id: number
        type: u4
        valid:
          min: 1
      - id: base
        type: u4
        doc: 0, or the number of the picture held
        valid:
          max: number - 1
      - id: time
        type: u8
        doc: Microseconds since 1970-01-01 UTC
        valid:
          max: 9007199254740991
      - id: width
        type: u2
        valid:
          min: 1
          max: 16384
      - id: height
        type: u2
        valid:
          min: 1
          max: 16384
      - id: checksum
        type: u4
        doc: CRC-32 of the resulting picture, if the flag is set
      - id: num_segments
        type: u4
        valid:
          max: "format == pixel_format::nv12 or format == pixel_format::i420 ? height + height / 2 : height"
        doc: At most the rows of the grid; where chroma lies in planes of its own, half as many more than the picture's
      - id: extensions
        type: extensions
        size: _parent.header_length - 36
      - id: segments
        type: segment
        repeat: expr
        repeat-expr: num_segments
      - id: payloads
        type: payload(segments[_index].len_payload)
        repeat: expr
        repeat-expr: num_segments
      - id: nothing
        size-eos: true
        valid:
          expr: _.length == 0
  flags:
    seq:
      - id: has_checksum
        type: b1
      - id: no_ack
        type: b1
        doc: The picture need not be acknowledged
      - id: ignored
        type: b2
      - id: critical
        type: b4
        valid: 0
  extensions:
    seq:
      - id: entries
        type: extension
        repeat: eos
  extension:
    seq:
      - id: tag
        type: u2
        doc: 1 is side data, a JSON object; tags from 32768 on are critical
        valid:
          max: 32767
      - id: len_value
        type: u2
      - id: value
        size: len_value
      - id: padding
        size: (4 - len_value % 4) % 4
  segment:
    seq:
      - id: first_row
        type: u2
      - id: num_rows
        type: u2
        valid:
          min: 1
      - id: kind
        type: u2
        enum: kind
        valid:
          in-enum: true
      - id: shift
        type: s2
        doc: How many rows further down the rows lie that are copied
      - id: len_payload
        type: u4
  payload:
    params:
      - id: len_content
        type: u4
    seq:
      - id: content
        size: len_content
      - id: padding
        size: (4 - len_content % 4) % 4
enums:
  pixel_format:
    1: rgbx8888
    2: bgrx8888
    3: rgb888
    4: bgr888
    5: rgb565
    6: gray8
    7: rgb444
    8: rgb332
    9: gray16
    10: rgb565be
    11: xrgb2101010
    12: yuyv422
    13: uyvy422
    14: nv12
    15: i420
    16: bayer_rggb8
    17: bayer_bggr8
    18: bayer_gbrg8
    19: bayer_grbg8
    20: mono_msb
    21: mono_lsb
    22: gray4
    23: indexed8
  kind:
    0: marked
    1: lz4
    2: copy
