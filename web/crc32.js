/**
 * CRC-32 as in zlib and PNG: reflected polynomial 0xEDB88320.
 */

/** What a byte adds to the CRC that is followed by 0 to 7 others. */
const TABLES = Array.from({ length: 8 }, () => new Int32Array(256));
for (let byte = 0; byte < 256; byte++) {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  TABLES[0][byte] = crc;
}
TABLES.slice(1).forEach((table, before) => {
  for (const [byte, crc] of TABLES[before].entries()) {
    table[byte] = TABLES[0][crc & 255] ^ (crc >>> 8);
  }
});
const [T0, T1, T2, T3, T4, T5, T6, T7] = TABLES;

/** @param {Uint8Array} bytes @param {number} [before] of the bytes before them @returns {number} */
export function crc32(bytes, before = 0) {
  const { buffer, byteOffset, length } = bytes;
  const words = byteOffset % 4 ? [] : new Int32Array(buffer, byteOffset, (length >> 3) << 1);
  let crc = ~before;
  for (let at = 0; at < words.length; at += 2) {
    const low = words[at] ^ crc;
    const high = words[at + 1];
    crc =
      T7[low & 255] ^
      T6[(low >>> 8) & 255] ^
      T5[(low >>> 16) & 255] ^
      T4[low >>> 24] ^
      T3[high & 255] ^
      T2[(high >>> 8) & 255] ^
      T1[(high >>> 16) & 255] ^
      T0[high >>> 24];
  }
  for (let at = 4 * words.length; at < length; at++) {
    crc = T0[(crc ^ bytes[at]) & 255] ^ (crc >>> 8);
  }
  return ~crc >>> 0;
}
