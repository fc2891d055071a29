/**
 * Reads the vectors that belong to docs/protocol.md.
 */

import { readFileSync } from "node:fs";

/** @param {string} name of a file, such as "valid" @returns {any[]} */
export function vectors(name) {
  return JSON.parse(readFileSync(new URL(`../vectors/${name}.json`, import.meta.url), "utf8"));
}

/** The bytes of hexadecimal in words, of which WORD*N is WORD N times. @param {string} text */
export function expanded(text) {
  const digits = text.split(" ").map((part) => {
    const [word, times = "1"] = part.split("*");
    return word.repeat(Number(times));
  });
  return Uint8Array.from(Buffer.from(digits.join(""), "hex"));
}
