// Invites another display or phone to one of the pages: its address as a QR code.

import { make, say } from "./elements.js";

/**
 * `{url, picture, alone}` for the page at `path`; `alone`: only this machine can open it. Null if there is no answer.
 */
export async function joining(path) {
  const picture = `/join.svg?path=${encodeURIComponent(path)}`;
  const answer = await fetch(picture);
  const url = answer.headers.get("X-Url");
  if (!answer.ok || !url) return null;
  return { url, picture, alone: /^http:\/\/(127\.|localhost|\[::1\])/.test(url) };
}

/** A card in the corner of the audience's screen while the word box is open, which leads phones to it. */
export function mountJoin(root) {
  const card = make("figure", "join-card", "", { hidden: "" });
  const picture = make("img", "", "", { alt: "", width: "160", height: "160" });
  const text = make("figcaption", "", "Send the band a word");
  const address = make("small");
  text.append(address);
  card.append(picture, text);
  root.append(card);

  async function open() {
    const found = await joining("/audience?words=1");
    if (!found || found.alone) return;
    picture.src = found.picture;
    picture.alt = `QR code of ${found.url}`;
    say(address, found.url.replace(/^https?:\/\//, ""));
    card.hidden = false;
    root.classList.add("has-card");
  }
  function close() {
    card.hidden = true;
    root.classList.remove("has-card");
  }

  return {
    hear(message) {
      if (message.type === "state") close(); // if the box is open, a message follows at once
      if (message.type !== "box") return;
      if (message.open) open();
      else close();
    },
  };
}
