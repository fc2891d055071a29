/**
 * Signing in: a token makes a cookie, which no script can read. Where the browser keeps none, as in a
 * frame of another site, the page holds the token itself.
 */

import { held } from "./address.js";
import { find, make, styled, write } from "./dom.js";

const TOKEN = /^(?:(?:view|control):)?([\w-]+)$/;
const UNAUTHORIZED = 401;

let isOffered = false;

/** @param {string} [token] */
const ask = (token) =>
  fetch("signin", token ? { headers: { Authorization: `Bearer ${token}` } } : {});

/** Presents a token. Returns why it is none, or "". @param {string} text */
async function signIn(text) {
  const token = TOKEN.exec(text.trim())?.[1];
  if (!token) return "This is no token: letters, digits, - and _.";
  const answer = await ask(token);
  if (!answer.ok) return answer.text();
  if (!(await ask()).ok) held.token = token;
  return "";
}

/** By the address of the page, which is without the token from now on. */
export async function signInByAddress() {
  const text = new URLSearchParams(location.hash.slice(1)).get("token") ?? "";
  history.replaceState(null, "", location.pathname + location.search);
  // What went wrong is said where the stream is refused, or lost.
  await signIn(text).catch(() => {});
}

/** Asks for a token below the sentence that says it is needed, if that is why the page was refused. */
export async function offer() {
  if (isOffered) return;
  isOffered = true;
  if ((await ask()).status !== UNAUTHORIZED) return;
  await styled("signin.css");
  const field = make("input", { type: "password", id: "token", autocomplete: "current-password" });
  const fault = make("p", { id: "fault", role: "alert" });
  const form = make(
    "form",
    { id: "signin" },
    make("label", { htmlFor: "token" }, "Token"),
    field,
    make("button", { type: "submit" }, "Sign in"),
    fault,
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const wrong = await signIn(field.value).catch(({ message }) => message);
    write(fault, wrong);
    if (wrong) return field.select();
    // Kept by nobody else, it is presented by the address again.
    if (held.token) location.hash = `token=${held.token}`;
    location.reload();
  });
  find("notice").append(form);
  field.focus();
}
