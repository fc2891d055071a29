/**
 * The types of what the parts of the page pass between them. Not served.
 */

import type { View } from "../view.js";
import type { Gestures } from "./gestures.js";
import type { Place } from "./place.js";

/** What tools act on. */
export interface Page {
  view: View;
  place: Place;
  gestures: Gestures;
  stage: HTMLElement;
  panel: HTMLElement;
  canvas: HTMLCanvasElement;
  /** What is laid over the part that is seen, in full; null where that needs none. */
  finer: View | null;
  /** The stream's name. */
  current: () => string;
  render: () => void;
  /** There is news that the user asked for. */
  alarm: (news: string) => void;
}
