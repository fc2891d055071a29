/**
 * Holds the stream, the screen and the tools of one canvas, in a worker or, where there is none, on
 * the page's own thread. The page speaks to it by a port, see view.js.
 */

import { freeze, hold, tellShown } from "./engine/held.js";
import { Screen } from "./screen.js";
import { Stream } from "./stream.js";

/** @import { Engine, Options, Status } from "./types.d.ts" */

/** Milliseconds between two words on the figures. */
const FIGURES_EVERY = 500;

/**
 * What looks at pictures; each is loaded when it is first used.
 * @type {Record<string, () => Promise<{start: (engine: Engine) => object}>>}
 */
const TOOLS = {
  colours: () => import("./engine/colours.js"),
  compare: () => import("./engine/compare.js"),
  glow: () => import("./engine/glow.js"),
  inspect: () => import("./engine/inspect.js"),
  levels: () => import("./engine/levels.js"),
  past: () => import("./engine/past.js"),
  probe: () => import("./engine/probe.js"),
  save: () => import("./engine/save.js"),
};

/** Those that were used. */
class Tools {
  /** @type {Map<string, Promise<any>>} */
  #started = new Map();
  #engine;

  /** @param {Engine} engine */
  constructor(engine) {
    this.#engine = engine;
  }

  /** @param {string} name @param {string} act @param {unknown[]} given */
  async use(name, act, given) {
    const started = this.#started.get(name) ?? this.#start(name);
    this.#started.set(name, started);
    return (await started)[act](...given);
  }

  close() {
    for (const started of this.#started.values()) {
      started.then(
        (tool) => tool.close?.(),
        () => {}, // it never ran
      );
    }
  }

  /** @param {string} name */
  async #start(name) {
    try {
      return (await TOOLS[name]()).start(this.#engine);
    } catch (error) {
      this.#started.delete(name); // the device may be back the next time
      throw error;
    }
  }
}

/** @param {Stream} stream @returns {Status} */
function statusOf(stream) {
  const { state, reason, problem, announced, mismatches } = stream;
  const { unchangedFor, silentFor, retryIn } = stream;
  return {
    state,
    reason,
    problem,
    announced,
    mismatches,
    unchangedFor,
    silentFor,
    retryIn,
    failure: null,
  };
}

/**
 * Until the page says `close`. Tells the page, and returns null, where this browser lacks what it takes.
 * @param {MessagePort} port @param {HTMLCanvasElement | OffscreenCanvas} canvas @param {string} url
 * @param {Options} options
 */
export function serve(port, canvas, url, options) {
  try {
    return begin(port, canvas, url, options);
  } catch (error) {
    const { message } = /** @type {Error} */ (error);
    port.postMessage({ type: "failure", message });
    return null;
  }
}

/**
 * @param {MessagePort} port @param {HTMLCanvasElement | OffscreenCanvas} canvas @param {string} url
 * @param {Options} options
 */
function begin(port, canvas, url, options) {
  const { kernel = null } = options;
  const stream = new Stream(url, options);
  const screen = screenOf(canvas, stream);
  /** @type {(news: {type: string, [name: string]: unknown}, transfer?: Transferable[]) => void} */
  const tell = (news, transfer = []) => port.postMessage(news, transfer);
  /** @type {Engine} */
  const engine = { stream, screen, kernel, tell, held: null };
  const tools = new Tools(engine);
  const say = () =>
    tell({ type: "status", status: statusOf(stream), statistics: stream.statistics() });
  const timer = setInterval(say, FIGURES_EVERY);
  stream.addEventListener("state", say);
  stream.addEventListener("shown", () => tellShown(engine));

  /** @type {Record<string, (...given: any[]) => unknown>} */
  const acts = {
    request: (part) => stream.request(part),
    input: (events, shown) => stream.input(events, shown),
    resync: () => stream.resync(),
    retry: () => stream.retry(),
    freeze: () => freeze(engine),
    release: () => hold(engine, null),
    use: (name, act, ...given) => tools.use(name, act, given),
    close() {
      clearInterval(timer);
      screen.close();
      stream.close();
      tools.close();
      port.close();
    },
  };
  port.onmessage = async ({ data: [id, name, ...given] }) => {
    try {
      port.postMessage({ type: "answer", id, value: await acts[name](...given) });
    } catch (error) {
      port.postMessage({ type: "answer", id, error: String(/** @type {Error} */ (error).message) });
    }
  };
  say();
  return acts;
}

/** Where there is none, there is no stream either. @param {HTMLCanvasElement | OffscreenCanvas} canvas @param {Stream} stream */
function screenOf(canvas, stream) {
  try {
    return new Screen(canvas, stream);
  } catch (error) {
    stream.close();
    throw error;
  }
}
