/**
 * What the attributes of the element mean, and the address they make. Knows nothing of streams.
 */

/** Browsers take it for secure. */
const LOOPBACK = /^(localhost|.*\.localhost|127\..*|\[::1\])$/;

/** @typedef {{read: (text: string | null) => any, write: (value: any) => string | null}} Meaning */

/** What cannot be read is null: the server says what would be right. @type {Meaning} */
const NUMBER = {
  read: (text) => (text?.trim() && Number.isFinite(Number(text)) ? Number(text) : null),
  write: (value) => value?.toString() ?? null,
};

/** @type {(between: string, count: number) => Meaning} */
const numbers = (between, count) => ({
  read(text) {
    const all = (text ?? "").split(between).map(NUMBER.read);
    return all.length === count && !all.includes(null) ? all : null;
  },
  write: (value) => value?.join(between) ?? null,
});

/** What is there or is not. @type {Meaning} */
const SWITCH = { read: (text) => text !== null, write: (value) => (value ? "" : null) };

/** What is requested of the pictures. @type {Record<string, Meaning>} */
export const REQUESTED = {
  step: NUMBER,
  fps: NUMBER,
  crop: numbers(",", 4),
  average: {
    read: (text) => (text === null ? null : text !== "false"),
    write: NUMBER.write,
  },
  tolerance: NUMBER,
  depth: NUMBER,
  fit: numbers("x", 2),
};

/** @type {Record<string, Meaning>} */
export const ATTRIBUTES = {
  src: { read: (text) => text ?? "", write: String },
  ...REQUESTED,
  controls: SWITCH,
  rotate: NUMBER,
  mirror: SWITCH,
};

/** Gives elements of a class a property for each attribute. @param {{prototype: HTMLElement}} Element */
export function reflect({ prototype }) {
  for (const [name, { read, write }] of Object.entries(ATTRIBUTES)) {
    Object.defineProperty(prototype, name, {
      enumerable: true,
      configurable: true,
      /** @this {HTMLElement} */
      get() {
        return read(this.getAttribute(name));
      },
      /** @this {HTMLElement} @param {unknown} value */
      set(value) {
        const text = write(value);
        if (text === null) this.removeAttribute(name);
        else this.setAttribute(name, text);
      },
    });
  }
}

/** What was set before the element's class was known is set anew. @param {HTMLElement} element */
export function upgrade(element) {
  for (const name of Object.keys(ATTRIBUTES).filter((one) => Object.hasOwn(element, one))) {
    const value = Reflect.get(element, name);
    Reflect.deleteProperty(element, name);
    Reflect.set(element, name, value);
  }
}

/**
 * That of the WebSocket, with what the attributes request. Throws an Error with a sentence where it
 * can be none.
 * @param {HTMLElement} element
 */
export function addressOf(element) {
  const url = streamAddress(ATTRIBUTES.src.read(element.getAttribute("src")), document.baseURI);
  for (const [name, { read, write }] of Object.entries(REQUESTED)) {
    const text = element.getAttribute(name);
    if (text !== null) url.searchParams.set(name, write(read(text)) ?? text);
  }
  return url;
}

/**
 * That of the stream's WebSocket. Throws an Error with a sentence for one that can be none.
 * @param {string} src of the WebSocket, or of the page that shows it @param {string} base of the document
 */
export function streamAddress(src, base) {
  const url = URL.canParse(src, base) ? new URL(src, base) : null;
  if (url) url.protocol = url.protocol.replace("http", "ws");
  if (!url?.protocol.startsWith("ws")) {
    throw new Error(`src="${src}" is no stream; right would be ws://device:8000/stream/camera`);
  }
  if (base.startsWith("https:") && url.protocol === "ws:" && !LOOPBACK.test(url.hostname)) {
    throw new Error(
      `a page of https may not open ${url.origin}; right would be wss://, as --tls-cert has it`,
    );
  }
  if (url.pathname.endsWith("/")) {
    const name = url.searchParams.get("stream");
    url.pathname += name ? `stream/${encodeURIComponent(name)}` : "stream";
    url.searchParams.delete("stream");
  }
  if (!url.hash.startsWith("#token=")) url.hash = "";
  return url;
}
