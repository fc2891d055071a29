/**
 * One WebSocket, and how long it is silent. Knows nothing of what messages mean.
 */

import { SUBPROTOCOL } from "./wire.js";

/** @import { ViewerMessage } from "./types.d.ts" */

export class Connection {
  isClosed = false;
  #socket;
  #heardAt = performance.now();

  /**
   * @param {string} url ends with #token=TOKEN where the server asks for one @param {typeof WebSocket} Socket
   * @param {{onopen: () => void, onmessage: (data: string | ArrayBuffer) => void,
   *   onclose: (code: number, reason: string) => void}} events none after `close`
   */
  constructor(url, Socket, { onopen, onmessage, onclose }) {
    const [address, token] = url.split("#token=");
    // No page can set a header here, and of another origin none has a cookie.
    const offered = token ? [SUBPROTOCOL, `ws-stream.token.${token}`] : [SUBPROTOCOL];
    const socket = new Socket(address, offered);
    socket.binaryType = "arraybuffer";
    socket.onopen = onopen;
    socket.onmessage = ({ data }) => {
      this.#heardAt = performance.now();
      onmessage(data);
    };
    socket.onclose = ({ code, reason }) => onclose(code, reason);
    this.#socket = socket;
  }

  get silentFor() {
    return performance.now() - this.#heardAt;
  }

  get isOpen() {
    return this.#socket.readyState === this.#socket.OPEN;
  }

  /** @param {ViewerMessage} message */
  send(message) {
    this.#socket.send(JSON.stringify(message));
  }

  close() {
    const socket = this.#socket;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
    this.isClosed = true;
  }
}
