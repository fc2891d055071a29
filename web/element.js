/**
 * The picture of a stream as an element of any page:
 *
 *     <script type="module" src="http://device:8000/element.js"></script>
 *     <ws-stream src="ws://device:8000/stream/camera" step="4" fps="10" controls></ws-stream>
 */

import { ATTRIBUTES, REQUESTED, addressOf, reflect, upgrade } from "./element/attributes.js";
import { Face } from "./element/face.js";
import { say } from "./element/words.js";
import { save } from "./page/files.js";
import { View } from "./view.js";

/** @import { Granted, Label, Request, ShownPicture, Statistics, Status } from "./types.d.ts" */
/** @import { StreamHTMLElement } from "./element/types.d.ts" */

// Programs without a page may load it, as those that write pages do.
const Base = /** @type {new () => StreamHTMLElement} */ (globalThis.HTMLElement ?? class {});

/**
 * What an attribute requests is requested where it changes, on the same connection; another `src` is
 * another connection. There is none while the element is in no document, and no picture comes while
 * it cannot be seen: scrolled away, or on a hidden page. All elements of a page share a worker.
 *
 * Events, which do not bubble, as those of a `<video>`: `frame`, when a picture is on the canvas;
 * `state`, when the state is another; `stats`, twice a second. Each has a `detail`.
 */
export class StreamElement extends Base {
  static observedAttributes = Object.keys(ATTRIBUTES);

  /** What to connect with in place of the browser's. @type {typeof WebSocket | undefined} */
  WebSocket;

  #face = new Face(this, {
    freeze: ["freeze", "Freeze", () => (this.held ? this.release() : this.freeze())],
    save: ["save", "Save as PNG", () => this.#download()],
    fullscreen: ["full", "Full screen", () => this.#fill()],
  });
  /** @type {View | null} */
  #view = null;
  /** What there is while the element is in a document. @type {AbortController | null} */
  #living = null;
  /** Null before that is known. @type {boolean | null} */
  #isInView = null;
  /** What is to be requested. @type {Request} */
  #due = {};
  /** Why there is no address. */
  #fault = "";
  /** When the picture was last known to be current. */
  #currentAt = -Infinity;
  /** What the last `state` event was of. */
  #told = "";

  /** What is to be said of the stream; null without a connection. @returns {Status | null} */
  get status() {
    return this.#view?.status ?? null;
  }

  /** One word of the status; null without a connection. */
  get state() {
    return this.status?.state ?? null;
  }

  /** Figures of the last two seconds. @returns {Statistics | null} */
  get statistics() {
    return this.#view?.statistics ?? null;
  }

  /** The picture on the canvas, and what was announced of it. @returns {ShownPicture | null} */
  get shown() {
    return this.#view?.shown ?? null;
  }

  /** The picture that is frozen. @returns {Label | null} */
  get held() {
    return this.#view?.held ?? null;
  }

  /**
   * Sets these attributes, and resolves with what was granted; with null if the stream ends before.
   * @param {Request} part @returns {Promise<Granted | null>}
   */
  request(part) {
    Object.assign(this, part);
    Object.assign(this.#due, part);
    return this.#request();
  }

  /** Connects now, if the connection is lost. */
  retry() {
    this.#view?.retry();
  }

  /** Holds the picture; the stream goes on behind it. @returns {Promise<void>} */
  async freeze() {
    await this.#view?.call("freeze");
  }

  /** Shows what comes again. @returns {Promise<void>} */
  async release() {
    await this.#view?.call("release");
  }

  /** The picture shown as a PNG file of exactly the received pixels, with a name for it. @returns {Promise<File>} */
  async save() {
    if (!this.#view?.shown) throw new Error("there is no picture yet");
    const saved = await this.#view.use("save", "png", this.#name);
    if (!saved) throw new Error("the element was removed");
    return new File([saved.blob], saved.name, { type: saved.blob.type });
  }

  /** @ignore */
  connectedCallback() {
    upgrade(this);
    const { signal } = (this.#living = new AbortController());
    const inView = new IntersectionObserver((entries) => {
      this.#isInView = entries[entries.length - 1].isIntersecting;
      this.#limit();
    });
    const resized = new ResizeObserver(() => this.#face.place());
    inView.observe(this);
    resized.observe(this.#face.stage);
    document.addEventListener("visibilitychange", () => this.#limit(), { signal });
    for (const one of [inView, resized]) signal.addEventListener("abort", () => one.disconnect());
    this.#render();
  }

  /** @ignore */
  disconnectedCallback() {
    this.#living?.abort();
    this.#living = this.#isInView = null;
    this.#close();
  }

  /** @ignore @param {string} name @param {string | null} before @param {string | null} text */
  attributeChangedCallback(name, before, text) {
    if (before === text) return;
    if (name === "controls") this.#render();
    else if (name === "src") this.#open();
    else if (name in REQUESTED) this.#change(name, text);
    else this.#face.rotate(this.rotate ?? 0, this.mirror);
  }

  get #isSeen() {
    return this.#isInView === true && !document.hidden;
  }

  get #name() {
    return this.status?.announced?.name ?? "";
  }

  /** @param {string} name @param {string | null} text */
  #change(name, text) {
    const value = REQUESTED[name].read(text);
    // The server says what is wrong with an address.
    if ((value === null && text !== null) || this.state === "refused") {
      this.#open();
    } else {
      Object.assign(this.#due, { [name]: value });
      queueMicrotask(() => this.#request());
    }
  }

  /** @returns {Promise<Granted | null>} */
  async #request() {
    const due = this.#due;
    this.#due = {};
    if (!this.#isSeen) delete due.fps;
    return this.#view && Object.keys(due).length ? this.#view.request(due) : null;
  }

  /** What cannot be seen is not sent. */
  #limit() {
    if (!this.#view) return this.#open();
    this.#view.request({ fps: this.#isSeen ? this.fps : 0 });
    if (this.#isSeen) this.retry();
  }

  #open() {
    this.#close();
    if (!this.#living || this.#isInView === null || !this.src) return;
    try {
      const url = addressOf(this);
      if (!this.#isSeen) url.searchParams.set("fps", "0");
      this.#listen(new View(this.#face.renewCanvas(), url.href, true, this.WebSocket));
    } catch (error) {
      this.#fault = /** @type {Error} */ (error).message;
    }
    this.#render();
  }

  /** @param {View} view */
  #listen(view) {
    this.#view = view;
    /** @type {(type: string, act: () => void) => void} */
    const on = (type, act) => view.addEventListener(type, () => view === this.#view && act());
    on("shown", () => {
      if (!view.shown) return;
      this.#face.show(view.shown.announced);
      this.dispatchEvent(new CustomEvent("frame", { detail: view.shown }));
    });
    on("status", () => {
      this.#render();
      this.#face.place();
      const { statistics: detail } = view;
      if (detail) this.dispatchEvent(new CustomEvent("stats", { detail }));
    });
  }

  #close() {
    this.#view?.close();
    this.#view = null;
    this.#due = {};
    this.#fault = this.#told = "";
    this.#currentAt = -Infinity;
    this.#face.renewCanvas();
    this.#render();
  }

  #render() {
    const { status, held } = this;
    if (["live", "unchanged"].includes(status?.state ?? "")) this.#currentAt = performance.now();
    const said = say(status, held, performance.now() - this.#currentAt, this.#fault);
    this.#face.say(said, this.#name, this.controls);
    if (!status) return;
    const { state, reason, problem, announced } = status;
    const told = JSON.stringify([state, reason, problem, announced?.epoch, held]);
    if (told === this.#told) return;
    this.#told = told;
    this.dispatchEvent(new CustomEvent("state", { detail: { ...status, held } }));
  }

  async #download() {
    if (!this.shown) return;
    const file = await this.save();
    save(file, file.name);
  }

  #fill() {
    if (document.fullscreenElement) document.exitFullscreen();
    else this.requestFullscreen?.();
  }
}

reflect(StreamElement);
// Another device's module may have come first: it shows any device's streams.
if (globalThis.customElements && !customElements.get("ws-stream")) {
  customElements.define("ws-stream", StreamElement);
}
