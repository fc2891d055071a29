/**
 * What of web/ an input reaches: each statement, function and branch counts how often it was.
 */

import { registerHooks } from "node:module";

import { createInstrumenter } from "istanbul-lib-instrument";

/** @typedef {Record<string, number> | number[]} Counts */
/** @typedef {{s: Counts, f: Counts, b: Record<string, number[]>}} FileCounts */

const COUNTS = "__fuzz_counts__";
const WEB = new URL("../../../web/", import.meta.url).href;
const instrumenter = createInstrumenter({ esModules: true, coverageVariable: COUNTS });

/** Modules of web/ that are imported from now on count. */
export function instrument() {
  registerHooks({
    load(url, context, next) {
      const loaded = next(url, context);
      if (loaded.format !== "module" || !url.startsWith(WEB)) return loaded;
      const source = new TextDecoder().decode(
        /** @type {Uint8Array} */ (/** @type {unknown} */ (loaded.source)),
      );
      return { ...loaded, source: instrumenter.instrumentSync(source, url) };
    },
  });
}

/** Classes of counts that are told apart: 1, 2, 3, 4 and more, 8, 16, 32, 128. @param {number} count */
const classOf = (count) =>
  count < 4 ? count : count < 8 ? 4 : count < 16 ? 5 : count < 32 ? 6 : count < 128 ? 7 : 8;
const CLASSES = 9;

export class Coverage {
  /** By counter, and class of count. */
  #seen = new Set();
  /** Counters that were ever reached. */
  #reached = new Set();

  get edges() {
    return this.#reached.size;
  }

  get features() {
    return this.#seen.size;
  }

  /** Sets all counts to 0; whether any was as none had been. */
  take() {
    const before = this.#seen.size;
    let counter = 0;
    /** @param {Counts} counts */
    const look = (counts) => {
      for (const key in counts) {
        const count = /** @type {Record<string, number>} */ (counts)[key];
        counter++;
        if (!count) continue;
        /** @type {Record<string, number>} */ (counts)[key] = 0;
        this.#reached.add(counter);
        this.#seen.add(counter * CLASSES + classOf(count));
      }
    };
    /** @type {FileCounts[]} */
    const files = Object.values(Reflect.get(globalThis, COUNTS) ?? {});
    for (const { s, f, b } of files) {
      look(s);
      look(f);
      for (const key in b) look(b[key]);
    }
    return this.#seen.size > before;
  }
}
