/**
 * CRC-32 as in zlib and PNG: reflected polynomial 0xEDB88320. Knows nothing of pictures.
 */

const POLYNOMIAL = 0xedb88320;

/** Made when first used. @type {Uint32Array[] | undefined} */
let tables;

/**
 * The CRC-32 of `bytes[start..end]`, or, given that of the bytes before, of both together.
 * @param {Uint8Array} bytes
 * @param {number} start
 * @param {number} end
 * @param {number} [before]
 * @returns {number}
 */
export function crc32(bytes, start, end, before = 0) {
  tables ??= makeTables();
  // "Slicing by 4": four bytes a step, each through the table of its distance.
  const [last, third, second, first] = tables;
  let crc = ~before;
  let at = start;
  for (const sliced = end - 3; at < sliced; at += 4) {
    crc ^= bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
    crc =
      first[crc & 0xff] ^
      second[(crc >>> 8) & 0xff] ^
      third[(crc >>> 16) & 0xff] ^
      last[crc >>> 24];
  }
  for (; at < end; at++) crc = last[(crc ^ bytes[at]) & 0xff] ^ (crc >>> 8);
  return ~crc >>> 0;
}

/** tables[n][byte]: what a byte adds to the CRC n bytes later. */
function makeTables() {
  const made = [0, 1, 2, 3].map(() => new Uint32Array(256));
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
    made[0][byte] = crc;
  }
  for (let distance = 1; distance < 4; distance++) {
    const nearer = made[distance - 1];
    made[distance].forEach((_, byte) => {
      made[distance][byte] = (nearer[byte] >>> 8) ^ made[0][nearer[byte] & 0xff];
    });
  }
  return made;
}
