// The audience's words: the operator accepts or dismisses each.

import { make, say } from "./elements.js";
import { press } from "./press.js";

/** Mounts the box's switch and the waiting words in `root`; `desk`: see panels.js. */
export function mountWords(root, desk) {
  const head = root.appendChild(make("div", "words-head"));
  const open = make("button", "", "word box", { id: "words-open", role: "switch", "aria-checked": "false" });
  const about = make("p", "", "The audience offers words at ");
  about.append(make("b", "", "/audience?words=1"), ". One you let through becomes a line.");
  head.append(open, about);
  const list = root.appendChild(make("ul", "words", "", { id: "words" }));
  press(open, () => desk.send({ words: open.getAttribute("aria-checked") !== "true" }));

  function row({ id, word, times }) {
    const through = make("button", "keep", "let through", { "aria-label": `let through ${word}` });
    const not = make("button", "", "no", { "aria-label": `no: ${word}` });
    press(through, () => desk.send({ let: id }));
    press(not, () => desk.send({ dismiss: id }));
    const row = make("li");
    row.append(make("b", "", times > 1 ? `${word} ×${times}` : word), through, not);
    return row;
  }

  return {
    hear(message) {
      if (message.type !== "words") return;
      const { waiting } = message;
      open.setAttribute("aria-checked", String(message.open));
      desk.badge("words", waiting.length ? String(waiting.length) : "");
      list.replaceChildren(...(waiting.length ? waiting.map(row) : [make("li", "none", "No word waits.")]));
    },
  };
}
