/**
 * Elements of the page: found, made, written.
 */

/** @param {string} id @returns {any} */
export const find = (id) => document.getElementById(id);

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag @param {Record<string, unknown>} [properties] @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function make(tag, { data = {}, aria = {}, ...properties } = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  Object.assign(element.dataset, data);
  for (const [name, value] of Object.entries(/** @type {object} */ (aria))) {
    element.setAttribute(`aria-${name}`, String(value));
  }
  element.append(...children);
  return element;
}

/** @param {string} tag @param {Record<string, string>} attributes @param {...Node} children */
export function makeSvg(tag, attributes, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** Only what is another text is work. @param {Element} element @param {string} text */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Loads a sheet of this folder. @param {string} name */
export const styled = (name) =>
  new Promise((resolve) => {
    const { href } = new URL(name, import.meta.url);
    const link = make("link", { rel: "stylesheet", href, onload: resolve, onerror: resolve });
    document.head.append(link);
  });
