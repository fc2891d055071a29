/**
 * A stream in the output of a notebook's cell, as an anywidget: the element, whose messages come by
 * the kernel's comm. Python's `ws_stream.show` makes one script of it and of all that it imports.
 *
 * Each element is a viewer of its own. The kernel tells them apart by their names, as all that it
 * says is heard by every page that shows the notebook. While it is busy and hears nobody, it says the
 * same to all, by the name "". ws_stream/jupyter/watchers.py is the other side.
 */

import { StreamElement } from "./element.js";

/**
 * The widget's model, as far as anywidget promises one.
 * @typedef {object} Model
 * @property {(name: string) => any} get
 * @property {(name: string, listener: (...given: any[]) => void) => void} on
 * @property {(name: string, listener: (...given: any[]) => void) => void} off
 * @property {(content: object) => void} send
 */

/** Close code of those after which no viewer tries again. */
const NO_KERNEL = 4410;
const GONE = "there is no kernel behind it any more: run the cell again";
/** Pages take it for secure, and nobody is asked for it. */
const ADDRESS = "ws://kernel.localhost/stream/";
/** CSS pixels: room for words over small pictures. */
const NARROWEST = 160;

let names = 0;
const page = Math.random().toString(36).slice(2, 10);

/** Connects, as WebSocket does, with what is behind a model. */
class CommSocket {
  OPEN = 1;
  readyState = 0;
  binaryType = "";
  /** @type {(() => void) | null} */
  onopen = null;
  /** @type {((event: {data: string | ArrayBuffer}) => void) | null} */
  onmessage = null;
  /** @type {((event: {code: number, reason: string}) => void) | null} */
  onclose = null;

  #model;
  #name = `${page}-${++names}`;
  /** Whose words are heard: its own, or those to all. @type {string | null} */
  #heard = null;
  #hear = (/** @type {any} */ message, /** @type {any} */ buffers) => this.#take(message, buffers);

  /** @param {Model} model @param {string} address its query is what is requested */
  constructor(model, address) {
    this.#model = model;
    model.on("msg:custom", this.#hear);
    this.#tell({ act: "open", query: new URL(address).search.slice(1) });
  }

  /** @param {string} message */
  send(message) {
    this.#tell({ act: "say", message });
  }

  close() {
    if (this.readyState > 1) return;
    this.#tell({ act: "close" });
    this.#end();
  }

  /** @param {object} words */
  #tell(words) {
    try {
      this.#model.send({ ...words, viewer: this.#name });
    } catch {
      // After a restart the comm is closed. Whoever made this has not set `onclose` yet.
      queueMicrotask(() => this.#lose(NO_KERNEL, GONE));
    }
  }

  /** @param {{act: string, viewer: string, [name: string]: any}} message @param {(ArrayBuffer | DataView)[]} buffers */
  #take({ act, viewer, ...more }, buffers) {
    if (viewer !== "" && viewer !== this.#name) return;
    if (act === "open") this.#open(viewer);
    else if (act === "close") this.#lose(more.code, more.reason);
    else if (viewer === this.#heard) {
      this.onmessage?.({ data: act === "say" ? more.message : copyOf(buffers[0]) });
    }
  }

  /** @param {string} viewer */
  #open(viewer) {
    this.#heard = viewer;
    if (this.readyState) return;
    this.readyState = 1;
    this.onopen?.();
  }

  /** @param {number} code @param {string} reason */
  #lose(code, reason) {
    if (this.readyState > 1) return;
    this.#end();
    this.onclose?.({ code, reason });
  }

  #end() {
    this.readyState = 3;
    this.#model.off("msg:custom", this.#hear);
  }
}

/** The bytes, alone in their memory. @param {ArrayBuffer | DataView} given @returns {ArrayBuffer} */
function copyOf(given) {
  if (given instanceof ArrayBuffer) return given;
  const { buffer, byteOffset, byteLength } = given;
  return /** @type {ArrayBuffer} */ (buffer).slice(byteOffset, byteOffset + byteLength);
}

/** The class to connect with. @param {Model} model */
export const socketOf = (model) =>
  class extends CommSocket {
    /** @param {string} address */
    constructor(address) {
      super(model, address);
    }
  };

/** The name belongs to the first version of the element that a page loads; this one has its own. */
class NotebookElement extends StreamElement {}

/** @param {{model: Model, el: HTMLElement}} place @returns {() => void} what ends it */
function render({ model, el }) {
  const name = `ws-stream-${page}`;
  if (!customElements.get(name)) customElements.define(name, NotebookElement);
  const element = /** @type {StreamElement} */ (document.createElement(name));
  element.WebSocket = /** @type {any} */ (socketOf(model));
  for (const [attribute, text] of Object.entries(model.get("attributes"))) {
    element.setAttribute(attribute, text);
  }
  element.addEventListener("frame", ({ detail: { announced } }) => {
    const [, , width] = announced.crop ?? [0, 0, ...announced.source];
    element.style.maxWidth = `${Math.max(width, NARROWEST)}px`;
  });
  element.src = ADDRESS + model.get("name");
  el.append(element);
  return () => element.remove();
}

export default { render };
