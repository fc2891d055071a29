/**
 * The types of what is passed between the files. Not served: a page runs without them.
 */

// Pixels

/**
 * Converts the pixels `first` to before `end` of a picture into RGBA words, at the same places of
 * `rgba`. `pixels` is the whole picture as on the wire, and begins at a multiple of 4 in its buffer.
 */
export type ToRgba = (
  pixels: Uint8Array,
  rgba: Uint32Array,
  first: number,
  end: number,
  /**
   * What a raw format needs to know of the picture; its rows are converted whole. The same object for
   * the same picture: tables are kept by it.
   */
  sides?: Sides,
) => void;

export interface Sides {
  width: number;
  height: number;
  /** Red, green and blue of each index, six hexadecimal digits each. */
  palette?: string;
}

export interface PixelFormat {
  name: string;
  /** The format's number on the wire. */
  code: number;
  /** Of a raw format: bytes of a cell of its grid. */
  bytesPerPixel: number;
  /** Those without padding. */
  colourBytes: number;
  /** Null while it is not loaded: formats/raw.js brings all. */
  toRgba: ToRgba | null;
  /** Columns of cells for each pixel of a row, and rows of them for each row. */
  wide: number;
  high: number;
  /** What width and height are multiples of. */
  across: number;
  down: number;
  /** Of indices. */
  palette?: string;
}

// Picture messages

/** What the device's program says of exactly one picture. */
export type SideData = Record<string, unknown>;

/** A run of rows. */
export interface Segment {
  firstRow: number;
  rows: number;
  kind: number;
  /** Rows to be copied lie so many rows further down. */
  shift: number;
  /** The payload is the message's bytes from here... */
  start: number;
  /** ...to before here. */
  end: number;
}

/** A picture message, its payloads still packed. */
export interface Message {
  format: PixelFormat;
  epoch: number;
  number: number;
  base: number;
  /** Microseconds since 1970 by the device's clock. */
  time: number;
  width: number;
  height: number;
  checksum: number | null;
  meta: SideData | null;
  segments: Segment[];
}

/** Which picture it is, and what is said of it. */
export interface Label {
  epoch: number;
  /** 0 is the blank one. */
  number: number;
  /** Microseconds since 1970 by the device's clock. */
  time: number;
  meta: SideData | null;
}

/** The one picture a viewer holds, changed in place. */
export interface Picture extends Label {
  format: PixelFormat;
  width: number;
  height: number;
  pixels: Uint8Array;
  loops: Loops;
}

/**
 * What runs over the bytes of one picture, and owns their memory: the pixels, the content of the
 * segment at hand, and what the pixels look like.
 */
export interface Loops {
  /** The same array for as long as there is the picture. */
  pixels: Uint8Array<ArrayBuffer>;
  /** As converted last; an ImageData can be made of this memory. */
  readonly rgba: Uint32Array<ArrayBuffer>;
  /** Converts the pixels `first` to before `end`. False where formats/raw.js is to be loaded first. */
  convert(first: number, end: number): boolean;
  /** Makes `bytes[start..end]` the content; returns its length. */
  take(bytes: Uint8Array, start: number, end: number): number;
  /** Unpacks the content, of at most so many bytes. Returns its length; -1 where it is broken. */
  unpack(bytes: Uint8Array, start: number, end: number, most: number): number;
  /** Changes marked pixels. False where the content is none; the pixels may then be any. */
  draw(rows: { firstRow: number; rows: number }, length: number): boolean;
  /** Of all pixels. */
  crc32(): number;
}

/** Takes the memory of a picture. The size is within the limits. */
export type Kernel = (format: PixelFormat, width: number, height: number) => Loops;

export type Run = [firstRow: number, rows: number];

/** How the pixels of a format are converted instead; null as ever. */
export type Look = (format: PixelFormat) => ToRgba | null;

/**
 * Makes of the image of a picture, of which these rows changed, what is drawn instead, and says which
 * rows of that changed. Null: the image itself.
 */
export type Filter = (image: ImageData, runs: Run[]) => { image: ImageData; runs: Run[] } | null;

// Control messages

export type Size = [width: number, height: number];
/** A part of the source's picture. */
export type Crop = [x: number, y: number, width: number, height: number];

/** What pictures come next; the viewer then holds the blank picture of this epoch, format and size. */
export interface Announcement {
  type: "stream";
  name: string;
  epoch: number;
  format: string;
  width: number;
  height: number;
  /** Of the device's picture. */
  source: Size;
  step: number;
  crop: Crop | null;
  average: boolean;
  tolerance: number;
  /** The most pictures a second that the stream has. */
  fps: number;
  /** Whether `input` is heard. */
  input: boolean;
  /** Of `indexed8`: six hexadecimal digits for each colour. */
  palette?: string;
}

export interface Pace {
  type: "pace";
  /** Pictures a second since the last report... */
  published: number;
  /** ...and how many were not sent, as earlier ones were not acknowledged. */
  skipped: number;
  /** The most that are sent. */
  fps: number;
  /** Whether those are fewer than requested, as the device could not keep up. */
  device: boolean;
}

export type Report =
  | Pace
  | { type: "unchanged" | "waiting"; number: number; time: number }
  | { type: "problem"; reason: string | null };

/** Whether a member of a control message may have this value. */
export type Check = (value: any) => boolean;

/** What the server says. */
export type Control =
  | Announcement
  | Report
  | { type: "granted"; id: number | null; fps: number }
  | { type: "clock"; viewer_time: number; time: number };

export interface Requestable {
  step: number;
  crop: Crop;
  average: boolean;
  tolerance: number;
  depth: 24 | 16 | 12 | 8;
  fit: Size;
  fps: number;
}

/** What a viewer requests; null leaves it to the server. */
export type Request = { [Name in keyof Requestable]?: Requestable[Name] | null };

/** What the user did, at a place in the source's pixels. */
export type InputEvent =
  | { kind: "pointer"; x: number; y: number; buttons: number; wheel?: number[] }
  | {
      kind: "touch";
      touch: number;
      x: number;
      y: number;
      phase: "start" | "move" | "end" | "cancel";
    }
  | { kind: "key"; key: string; code: string; down: boolean }
  | { kind: "text"; text: string }
  | { kind: "custom"; name: string; data: string };

/** What the viewer says. */
export type ViewerMessage =
  | { type: "resync" }
  | { type: "acknowledge"; epoch: number; number: number }
  | { type: "clock"; viewer_time: number }
  | { type: "input"; epoch: number; number: number; events: InputEvent[] }
  | ({ type: "request"; id: number } & Request);

// What was kept

/** A picture that is kept: which one, when, and as what it came. */
export interface Kept {
  announced: Announcement;
  /** The announcement as a `stream` message. */
  text: string;
  /** Why the connection was lost before it; null where it was not. */
  gap: string | null;
  /** Whether it is reached without the pictures before it. */
  isStart: boolean;
  /** As it was received. */
  message: Uint8Array<ArrayBuffer>;
  number: number;
  /** The number of the picture that it is a delta against; 0 is blank. */
  base: number;
  /** Microseconds since 1970 by the device's clock. */
  time: number;
  /** Microseconds since 1970 by the clock of who received it. */
  received: number;
  /** Microseconds on the recording's own line: it never goes back, whatever clocks do. */
  position: number;
}

/** Playing: at `began`, in ms, the position `from` was shown. */
export interface Playing {
  from: number;
  began: number;
  /** 1 is as it was, 2 twice as fast, -1 backwards; never 0. */
  speed: number;
}

// A stream

/** The picture on the screen, and what was announced of it. */
export interface Shown {
  announced: Announcement;
  number: number;
}

/** The answer to a request. */
export interface Granted {
  /** How many pictures a second are sent at most. */
  fps: number;
  /** Null before the device's first picture. */
  announced: Announcement | null;
}

/** What a message led to. */
export interface Outcome {
  /** Changed rows. */
  runs?: Run[];
  /** There is something to show. */
  news?: boolean;
  granted?: Granted & { id: number | null };
  reply?: ViewerMessage | null;
  /** The device's time is another. */
  isClockSet?: boolean;
  error?: Error;
  /** The error ends the connection. */
  isOver?: boolean;
}

/**
 * - `unchanged`: the device says that nothing changed for 3 s, or that it has no picture yet
 * - `stale`: no message came for 3 s
 * - `lost`: the connection broke; the next is tried after `retryIn`
 * - `absent`: the server has no such stream; it is asked again after `retryIn`
 * - `refused`: the server found a fault in this viewer; no other is tried
 */
export type State =
  "connecting" | "live" | "unchanged" | "stale" | "lost" | "absent" | "refused" | "closed";

/** What is to be said of a stream; times are in ms. */
export interface Status {
  state: State;
  reason: string;
  problem: string | null;
  announced: Announcement | null;
  mismatches: number;
  unchangedFor: number;
  silentFor: number;
  retryIn: number;
  /** What this browser lacks. */
  failure: string | null;
}

export interface Options {
  /** The class to connect with, where the platform has none. */
  WebSocket?: typeof WebSocket;
  /** The loops over pixels, see `loadKernel`; JavaScript's, where it is left out. */
  kernel?: Kernel | null;
}

interface StreamEvents {
  frame: import("./frame_event.js").FrameEvent;
  shown: Event;
  state: Event;
}

export interface StreamTarget extends EventTarget {
  addEventListener<Type extends keyof StreamEvents>(
    type: Type,
    listener: (event: StreamEvents[Type]) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
}

// A canvas that shows a stream

/** Figures of the last two seconds; null where unknown. */
export type Statistics = ReturnType<import("./stream.js").Stream["statistics"]>;

/** The picture on the canvas, and what was announced of it. */
export interface ShownPicture extends Label {
  announced: Announcement;
}

/** A picture that is looked at, and what was announced of it. */
export interface Held {
  picture: Picture;
  announced: Announcement;
  /** Called when another is held, or none. */
  onend?: () => void;
}

/** What the tools of a canvas act on. */
export interface Engine {
  stream: import("./stream.js").Stream;
  screen: import("./screen.js").Screen;
  /** What is shown instead of the stream's pictures. */
  held: Held | null;
  kernel: Kernel | null;
  /** Tells the page. */
  tell: (news: { type: string; [name: string]: unknown }, transfer?: Transferable[]) => void;
}
