// One show on one server or on several that run in step: all are listened to, one is shown.

import { EMPTY, follow, reduce } from "./core.js";
import { connect, liveAddress } from "./link.js";

// With a second server at hand the first is given up sooner.
const SOONER = { quiet: 1000, lost: 2500 };

/**
 * Listens to this page's server and to those in `also`.
 *
 * `onView(view, message)`: what is shown is another now, by a message of the server that is shown (null: another
 * server is shown). `onMessage(message)`: whatever the shown server says. `onStatus({up, since, shown})`: whether
 * any lives. `onUp(send)`: a link has come up. Returns `{send, retry, painted}`: `send` goes to every server that
 * is up, so that they stay in step, and tells whether there was one.
 */
export function listen({ page, name, also = [], onView, onMessage = () => {}, onStatus, onUp = () => {}, start = connect, location = globalThis.location }) {
  const servers = ["", ...also].map(() => ({ view: EMPTY, up: false, since: Date.now(), link: null }));
  let shown = 0;
  let last = null; // what was painted last, and how fast

  /** Tells one server that its line is up, if it is. */
  function news({ view: theirs, link }) {
    if (last && theirs.number === last.view.number && theirs.line === last.view.line) {
      link.send({ painted: last.view.number, ms: last.ms });
    }
  }

  function choose() {
    const next = follow(shown, servers.map((server) => server.up));
    if (next !== shown) {
      shown = next;
      // A second server that has not said anything yet has nothing to show: the line that is up stays.
      if (servers[shown].view !== EMPTY) onView(servers[shown].view, null);
    }
    const { up, since } = servers[shown];
    onStatus({ up, since: up ? since : Math.max(...servers.map((server) => server.since)), shown });
  }

  ["", ...also].forEach((address, index) => {
    const server = servers[index];
    server.link = start({
      url: () => liveAddress(location, page, name, address),
      ...(also.length ? SOONER : {}),
      onStatus({ up, since }) {
        Object.assign(server, { up, since });
        choose();
        if (up && server.link) onUp(server.link.send);
      },
      onMessage(message) {
        const before = server.view;
        server.view = reduce(before, message);
        if (index !== shown) {
          // The one that stands by may say a line after it is up here.
          if (server.view.number !== before.number || server.view.line !== before.line) news(server);
          return;
        }
        onMessage(message);
        if (server.view !== before) onView(server.view, message);
      },
    });
  });

  return {
    send: (message) => servers.filter((server) => server.link.send(message)).length > 0,
    retry: () => servers.forEach((server) => server.link.retry()),
    /** Tells every server whose line is up here that it has been painted: the one that stands by too. */
    painted(view, ms) {
      last = { view, ms: Math.round(ms * 10) / 10 };
      servers.forEach(news);
    },
  };
}
