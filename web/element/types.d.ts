/**
 * The types of the element for pages. Not served.
 */

import type { StreamElement } from "../element.js";
import type {
  Crop,
  Label,
  Requestable,
  ShownPicture,
  Size,
  Statistics,
  Status,
} from "../types.d.ts";

/** What its attributes say; each is written as it is read. */
export interface Attributes {
  /** Where the stream is: `ws://device:8000/stream/camera`, or the address of its page. */
  src: string;
  /** Every so many-th pixel and row. */
  step: number | null;
  /** At most so many pictures a second. */
  fps: number | null;
  /** The part of the source's picture: `crop="x,y,width,height"`. */
  crop: Crop | null;
  /** Means of step x step pixels; `average="false"` declines a server's. */
  average: boolean | null;
  /** Levels of 255 that a channel may be off by. */
  tolerance: number | null;
  /** Bits of a pixel. */
  depth: Requestable["depth"] | null;
  /** No picture that is larger: `fit="widthxheight"`. */
  fit: Size | null;
  /** Whether there is a bar: light, word, name, freeze, save, full screen. */
  controls: boolean;
  /** Degrees clockwise: 0, 90, 180 or 270, once it was mirrored. */
  rotate: number | null;
  /** Whether left is shown right. */
  mirror: boolean;
}

/** The state, and what is shown instead of what comes. */
export type ElementState = Status & { held: Label | null };

export interface ElementEvents {
  /** A picture is on the canvas. */
  frame: CustomEvent<ShownPicture>;
  /** The state is another. */
  state: CustomEvent<ElementState>;
  /** Twice a second: the figures of the last two. */
  stats: CustomEvent<Statistics>;
}

/** Knows the attributes and the events' types. */
export interface StreamHTMLElement extends HTMLElement, Attributes {
  addEventListener<Type extends keyof ElementEvents>(
    type: Type,
    listener: (event: ElementEvents[Type]) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener<Type extends keyof HTMLElementEventMap>(
    type: Type,
    listener: (this: HTMLElement, event: HTMLElementEventMap[Type]) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void;
}

declare global {
  interface HTMLElementTagNameMap {
    "ws-stream": StreamElement;
  }
}
