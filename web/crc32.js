/**
 * CRC-32 as in zlib and PNG: reflected polynomial 0xEDB88320. Knows nothing of pictures.
 */

/** What a byte adds to the CRC. */
const TABLE = new Uint32Array(256).map((_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

/**
 * The CRC-32 of `bytes[start..end]`, or, given that of the bytes before, of both together.
 * @param {Uint8Array} bytes @param {number} start @param {number} end @param {number} [before]
 * @returns {number}
 */
export function crc32(bytes, start, end, before = 0) {
  let crc = ~before;
  for (let at = start; at < end; at++) crc = TABLE[(crc ^ bytes[at]) & 0xff] ^ (crc >>> 8);
  return ~crc >>> 0;
}
