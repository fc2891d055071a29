/**
 * Builds kernel.wasm from the C source beside it: `npm run kernel`. The compiler is pinned in
 * package-lock.json, so the same bytes come out everywhere.
 */

import { readFile, readdir, writeFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";

import { commands, runLLVM } from "@yowasp/clang";

const EXPORTS = ["prepare", "unpack", "draw", "crc32", "convert"];
const COMPILER =
  "--target=wasm32 -std=c99 -O3 -msimd128 -mbulk-memory -nostdlib -fno-vectorize -fno-slp-vectorize " +
  "-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror";
/** One page of memory for the stack; all else is the caller's. */
const LINKER =
  "--no-entry --import-memory --initial-memory=65536 --stack-first -z stack-size=16384 --strip-all";
const FLAGS = [
  ...COMPILER.split(" "),
  ...LINKER.split(" ").map((flag) => `-Wl,${flag}`),
  ...EXPORTS.map((name) => `-Wl,--export=${name}`),
];

/** @returns {Promise<Uint8Array>} the bytes of kernel.wasm */
export async function build() {
  const folder = new URL("./", import.meta.url);
  const names = (await readdir(folder)).filter((name) => /\.[ch]$/.test(name)).sort();
  const files = Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(new URL(name, folder))])),
  );
  const sources = names.filter((name) => name.endsWith(".c"));
  await runLLVM(undefined, {}, { fetchProgress: () => {} }); // reads the compiler, and says nothing
  const made = await commands.clang([...FLAGS, "-o", "kernel.wasm", ...sources], files);
  return /** @type {Uint8Array} */ (made?.["kernel.wasm"]);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  await writeFile(new URL("kernel.wasm", import.meta.url), await build());
}
