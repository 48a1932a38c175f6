// A line on a card: broken by sense, as on the displays, and as large as its card and its sheet allow.

import { make } from "./elements.js";
import { arrange, direction } from "./layout.js";
import { fontsReady, typeset } from "./type.js";

const MEASURED = 1000; // see stage.js
const LEADING = 1.2;
const SMALLEST = 10; // px

/**
 * Sets lines in `element`, a child of its card; the size that its style sheet gives it is the largest. `room(element)`:
 * what it may fill in pixels; by default what the card's other children leave. Returns `show(text)`.
 */
export function mountFitted(element, room = left) {
  const card = element.parentElement;
  const brush = document.createElement("canvas").getContext("2d");
  let shown = null;

  function fit() {
    element.style.fontSize = "";
    const { width, height } = room(element);
    if (!shown || width <= 0 || height <= 0) return element.replaceChildren(shown || "");
    const style = getComputedStyle(element);
    const cap = parseFloat(style.fontSize);
    brush.font = `${style.fontWeight} ${MEASURED}px ${style.fontFamily}`;
    brush.textRendering = "geometricPrecision";
    const measure = (words) => brush.measureText(words).width / MEASURED;
    const { rows, size } = arrange(shown, measure, { width, height }, { leading: LEADING, cap, enough: 0.45 * cap });
    const tiny = size < SMALLEST;
    const between = rows.join(" ") === shown ? " " : ""; // a script without spaces has none between rows either
    const cut = rows.flatMap((row, i) => [i ? between : "", make("span", "cut", row)]);
    element.replaceChildren(...(tiny ? [shown] : cut)); // a word that is too long for any row is broken by the browser
    element.style.fontSize = `${tiny ? SMALLEST : Math.floor(1.96 * size) / 2}px`;
  }

  const observer = new ResizeObserver(fit);
  for (const each of [card, ...card.children]) if (each !== element) observer.observe(each);
  fontsReady("Bricolage Text").then(fit);
  return {
    show(text) {
      const set = typeset(text);
      if (set === shown) return;
      shown = set;
      element.dir = direction(text);
      fit();
    },
  };
}

/** The room that a card has for one of its children, below or beside the others. */
function left(element) {
  const card = element.parentElement;
  const style = getComputedStyle(card);
  const gap = parseFloat(style.rowGap) || 0;
  const others = [...card.children].filter((child) => child !== element && child.offsetHeight);
  const taken = others.reduce((sum, child) => sum + child.offsetHeight + gap, 0);
  return {
    width: card.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight),
    height: card.clientHeight - parseFloat(style.paddingTop) - parseFloat(style.paddingBottom) - taken,
  };
}
