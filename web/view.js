/**
 * A canvas that shows a stream, as the page has it: what it is told by the engine that receives and
 * draws, in a worker that all views of a page share or, where that fails, on the page's own thread.
 */

/**
 * @import { InputEvent, Label, Request, ShownPicture, Statistics, Status } from "./types.d.ts"
 */

/** As long as there are views. @type {{started: Promise<Worker | null>, views: number} | null} */
let shared = null;

/** A worker that runs, or null. @returns {Promise<Worker | null>} */
function start() {
  return new Promise((resolve) => {
    let script = new URL("worker.js", import.meta.url).href;
    const isOwn = script.startsWith(`${location.origin}/`);
    if (!isOwn) {
      // Of another origin, only a script of our own may load it.
      const source = `import ${JSON.stringify(script)}`;
      script = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    }
    const end = (/** @type {Worker | null} */ worker) => {
      if (!isOwn) URL.revokeObjectURL(script);
      resolve(worker);
    };
    try {
      const worker = new Worker(script, { type: "module" });
      worker.onmessage = () => {
        worker.onmessage = worker.onerror = null;
        end(worker);
      };
      worker.onerror = (event) => {
        event.preventDefault();
        worker.terminate();
        end(null);
      };
    } catch {
      end(null);
    }
  });
}

/**
 * Events: `status`: state or figures are new. `shown`: a picture is on the canvas. `news`: a tool has
 * something to say, in `detail`.
 */
export class View extends EventTarget {
  /** @type {Status} */
  status = {
    state: "connecting",
    reason: "",
    problem: null,
    announced: null,
    mismatches: 0,
    unchangedFor: Infinity,
    silentFor: 0,
    retryIn: 0,
    failure: null,
  };
  /** @type {Statistics | null} */
  statistics = null;
  /** @type {ShownPicture | null} */
  shown = null;
  /** What is shown instead of what comes. @type {Label | null} */
  held = null;
  /** Whether the page's own thread does the work; null before that is known. @type {boolean | null} */
  isFallback = null;

  #port;
  #begun;
  #id = 0;
  /** Null when there is nobody to answer. @type {Map<number, {resolve: (value: any) => void, reject: (error: Error) => void}> | null} */
  #calls = new Map();
  #release;

  /**
   * @param {HTMLCanvasElement} canvas given away @param {string} url @param {boolean} [mayWork] in a worker
   * @param {typeof WebSocket} [Socket] in place of the browser's, of the page's own thread only
   */
  constructor(canvas, url, mayWork = true, Socket) {
    super();
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    port1.onmessage = ({ data }) => this.#hear(data);
    const isShared = mayWork && !Socket && "transferControlToOffscreen" in canvas;
    this.#release = isShared ? release : () => {};
    const begun = this.#begin([port2, canvas, url], isShared, Socket);
    this.#begun = begun.catch((error) => this.#fail(error));
  }

  /** @param {Request} part @returns {Promise<import("./types.d.ts").Granted | null>} */
  request(part) {
    return this.call("request", part);
  }

  /** What the user did with the picture shown. @param {InputEvent[]} events */
  input(events) {
    if (!this.shown) return;
    const { announced, number } = this.shown;
    this.call("input", events, { announced, number });
  }

  /** Connects now, if the connection is lost. */
  retry() {
    this.call("retry");
  }

  /** Asks a tool of the engine. @param {string} tool @param {string} act @param {...unknown} given @returns {Promise<any>} */
  use(tool, act, ...given) {
    return this.call("use", tool, act, ...given);
  }

  /** Listens to a tool until what is returned is called. @param {string} tool @param {(news: any) => void} listener */
  hear(tool, listener) {
    const hear = (/** @type {Event} */ event) => {
      const { detail } = /** @type {CustomEvent} */ (event);
      if (detail.tool === tool) listener(detail);
    };
    this.addEventListener("news", hear);
    return () => this.removeEventListener("news", hear);
  }

  /** Gives a tool a canvas to draw on. @param {string} tool @param {string} act @param {HTMLCanvasElement} canvas */
  async give(tool, act, canvas) {
    const engine = await this.#begun;
    if (!this.#calls) return null;
    if (engine) return engine.use(tool, act, canvas);
    const given = canvas.transferControlToOffscreen();
    return this.#ask([given], "use", tool, act, given);
  }

  /** Resolves with null where the view ends before. @param {string} act @param {...unknown} given @returns {Promise<any>} */
  call(act, ...given) {
    return this.#ask([], act, ...given);
  }

  /** @param {Transferable[]} transfer @param {string} act @param {...unknown} given @returns {Promise<any>} */
  #ask(transfer, act, ...given) {
    const calls = this.#calls;
    if (!calls) return Promise.resolve(null);
    const id = ++this.#id;
    return new Promise((resolve, reject) => {
      calls.set(id, { resolve, reject });
      this.#port.postMessage([id, act, ...given], transfer);
    });
  }

  /** For good; the canvas keeps its picture. What was asked is answered with null. */
  close() {
    this.#port.postMessage([0, "close"]);
    this.#end();
    this.#begun.then(this.#release);
    this.#release = () => {};
  }

  /** Nobody answers any more. */
  #end() {
    const calls = this.#calls ?? new Map();
    this.#calls = null;
    for (const { resolve } of calls.values()) resolve(null);
  }

  /** @param {{message: string}} error @returns {null} */
  #fail({ message }) {
    this.#end();
    this.#port.close();
    this.status = { ...this.status, failure: message };
    this.dispatchEvent(new Event("status"));
    return null;
  }

  /**
   * Returns the engine if it is on the page's own thread.
   * @param {[port: MessagePort, canvas: HTMLCanvasElement, url: string]} given @param {boolean} isShared
   * @param {typeof WebSocket} [Socket]
   */
  async #begin([port, canvas, url], isShared, Socket) {
    const worker = isShared ? await retain() : null;
    this.isFallback = !worker;
    if (!this.#calls) return leave(port);
    if (worker) {
      const offscreen = canvas.transferControlToOffscreen();
      worker.postMessage([port, offscreen, url], [port, offscreen]);
      return null;
    }
    const [{ serve }, { loadKernel }] = await Promise.all([
      import("./engine.js"),
      import("./kernel/kernel.js"),
    ]);
    const kernel = await loadKernel();
    const options = { kernel, WebSocket: Socket };
    return this.#calls ? serve(port, canvas, url, options) : leave(port);
  }

  /** @param {any} news */
  #hear({ type, ...news }) {
    if (type === "answer") {
      const call = this.#calls?.get(news.id);
      this.#calls?.delete(news.id);
      if (news.error) call?.reject(new Error(news.error));
      else call?.resolve(news.value);
    } else if (type === "failure") {
      this.#fail(news);
    } else if (type === "news") {
      this.dispatchEvent(new CustomEvent(type, { detail: news }));
    } else {
      Object.assign(this, news);
      this.dispatchEvent(new Event(type));
    }
  }
}

/** It was closed before it began. @param {MessagePort} port @returns {null} */
function leave(port) {
  port.close();
  return null;
}

/** Starts the worker of views to come; it stays as long as the page. */
export const warm = () => {
  retain();
};

function retain() {
  shared ??= { started: start(), views: 0 };
  shared.views++;
  return shared.started;
}

/** What the last view leaves is nothing. */
async function release() {
  if (!shared || --shared.views) return;
  const { started } = shared;
  shared = null;
  (await started)?.terminate();
}
