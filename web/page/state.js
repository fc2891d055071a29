/**
 * The stream's state: the light and its word, the title, the sentence over an old picture, and what a
 * screen reader says.
 */

import { describe, notice, titleOf } from "../words.js";
import { find, write } from "./dom.js";

/** @import { View } from "../view.js" */

/** What is another so soon was no news. */
const SETTLED = 1000;

/** @type {ReturnType<typeof setTimeout> | undefined} */
let speaking;
let said = "";

/** @param {View} view @param {string} name @param {boolean} isOperated @param {string} alarmed */
export function renderState({ status, held }, name, isOperated, alarmed) {
  const now = Date.now();
  const { state, word, detail } = describe(status, now);
  const { failure } = status;
  const sentence = failure
    ? `This page does not run in this browser: ${failure}.`
    : notice(status, now);
  const shown = failure ? "not running" : held ? "frozen" : word;
  write(find("word"), shown);
  find("light").ariaLabel = `${shown}: figures`;
  write(
    find("detail"),
    isOperated
      ? "operated; Ctrl+Alt+Enter ends it"
      : held
        ? `picture ${held.number}; ${word} behind it`
        : detail,
  );
  write(find("sentence"), sentence);
  find("lamp").dataset.state = held ? "held" : state;
  find("notice").hidden = !sentence;
  find("again").hidden = !["lost", "absent"].includes(state);
  const isOld = ["stale", "lost", "absent", "refused"].includes(state);
  find("seen").classList.toggle("old", isOld && !held);
  const title = titleOf(state, name, alarmed);
  if (document.title !== title) document.title = title;
  // Perhaps for want of a token.
  if (state === "refused") import("./signin.js").then(({ offer }) => offer());
  speak(sentence ? `${word}. ${sentence}` : word);
}

/** Screen readers say each write: one for a change that lasts. @param {string} text */
function speak(text) {
  // Only the time of the last picture differs in some.
  if (text.split(".")[0] === said.split(".")[0]) return;
  said = text;
  clearTimeout(speaking);
  speaking = setTimeout(() => write(find("spoken"), text), SETTLED);
}
