// The link to the show: always trying, honest about being lost, and never sending late what was pressed early.

import { backoff } from "./core.js";

const QUIET = 4000; // silence after which the page asks whether anybody is there
const LOST = 8000; // silence after which the link is taken for dead, whatever the browser thinks

/**
 * Connects to `url()` and stays connected.
 *
 * `onMessage(message)`; `onStatus({up, since})` when the link comes or goes, `since` being the last sign of life.
 * Returns `{send, retry, close}`; `send` tells whether it could: nothing is kept for later, for a press that
 * arrives when nobody expects it any more is a ghost.
 */
export function connect({ url, onMessage, onStatus, Socket = globalThis.WebSocket, clock = globalThis, now = () => Date.now() }) {
  let socket = null;
  let attempt = 0;
  let timer = null;
  let heard = now();
  let up = false;
  let closed = false;

  function open() {
    clearTimer();
    if (closed) return;
    const mine = new Socket(url());
    socket = mine;
    const opened = now();
    mine.onmessage = (event) => {
      if (socket !== mine) return;
      heard = now();
      if (!up) {
        up = true;
        attempt = 0;
        onStatus({ up, since: heard });
      }
      onMessage(JSON.parse(event.data));
    };
    mine.onclose = () => {
      if (socket === mine) lose();
    };
    mine.opened = opened;
  }

  function lose() {
    const old = socket;
    socket = null;
    if (old) {
      old.onmessage = old.onclose = null;
      old.close();
    }
    if (up) {
      up = false;
      onStatus({ up, since: heard });
    }
    clearTimer();
    if (!closed) timer = clock.setTimeout(open, backoff(attempt++));
  }

  function clearTimer() {
    if (timer !== null) clock.clearTimeout(timer);
    timer = null;
  }

  const watch = clock.setInterval(() => {
    if (!socket) return;
    const silent = now() - (up ? heard : socket.opened);
    if (silent > LOST) lose();
    else if (up && silent > QUIET) send({ ping: 1 });
  }, 1000);

  function send(message) {
    if (!up || !socket || socket.readyState !== 1) return false;
    socket.send(JSON.stringify(message));
    return true;
  }

  onStatus({ up, since: heard });
  open();
  return {
    send,
    /** Try now: the page has come back to the front, or the network is back. */
    retry() {
      if (!up && timer !== null) open();
    },
    close() {
      closed = true;
      clock.clearInterval(watch);
      lose();
    },
  };
}

/** The address of the show's socket, seen from this page. */
export function liveAddress(location, page, name) {
  const query = new URLSearchParams({ page, ...(name ? { name } : {}) });
  return `${location.protocol === "https:" ? "wss:" : "ws:"}//${location.host}/live?${query}`;
}
