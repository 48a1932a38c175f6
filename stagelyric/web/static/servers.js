// One show on one server or on several that run in step: the page listens to all and shows one.

import { EMPTY, follow, reduce } from "./core.js";
import { connect, liveAddress } from "./link.js";

// If there is a second server, the first is given up sooner.
const SOONER = { quiet: 1000, lost: 2500 };

/**
 * Listens to this page's server and to those in `also`.
 *
 * `onView(view, message)`: the view has changed, by a message of the server that is shown (null: another server is
 * shown now). `onMessage(message)`: every message of the shown server. `onStatus({up, since, shown})`: whether any
 * server is connected. `onUp(send, address)`: a connection came up. `tokenOf(address)`: the token that a server gave
 * this page; `onAccess(message, address)`: whether a server, shown or not, allows changes from here. Returns `{send,
 * retry, painted}`: `send` sends to every server that is up, so that they stay in step, and returns whether there was
 * one.
 */
export function listen({
  page,
  name,
  also = [],
  onView,
  onMessage = () => {},
  onStatus,
  onUp = () => {},
  tokenOf = () => "",
  onAccess = () => {},
  start = connect,
  location = globalThis.location,
}) {
  const servers = ["", ...also].map(() => ({ view: EMPTY, up: false, since: Date.now(), link: null }));
  let shown = 0;
  let last = null; // the view painted last, and the ms that it took

  /** Tells a server that its present line has been painted here, if that is so. */
  function news({ view: theirs, link }) {
    if (last && theirs.number === last.view.number && theirs.line === last.view.line) {
      link.send({ painted: last.view.number, ms: last.ms });
    }
  }

  function choose() {
    const next = follow(shown, servers.map((server) => server.up));
    if (next !== shown) {
      shown = next;
      // A second server that has not sent anything yet has nothing to show: the present line stays.
      if (servers[shown].view !== EMPTY) onView(servers[shown].view, null);
    }
    const { up, since } = servers[shown];
    onStatus({ up, since: up ? since : Math.max(...servers.map((server) => server.since)), shown });
  }

  ["", ...also].forEach((address, index) => {
    const server = servers[index];
    server.link = start({
      url: () => liveAddress(location, page, name, address, tokenOf(address)),
      ...(also.length ? SOONER : {}),
      onStatus({ up, since }) {
        Object.assign(server, { up, since });
        choose();
        if (up && server.link) onUp(server.link.send, address);
      },
      onMessage(message) {
        if (message.type === "access") onAccess(message, address);
        const before = server.view;
        server.view = reduce(before, message);
        if (index !== shown) {
          // A server that is not shown may send a line after it was painted here.
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
    /** Tells every server whose line is shown here that it was painted, also those that are not shown. */
    painted(view, ms) {
      last = { view, ms: Math.round(ms * 10) / 10 };
      servers.forEach(news);
    },
  };
}
