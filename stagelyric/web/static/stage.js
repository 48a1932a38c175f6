// A line on a stage: fitted before it is painted, and never moved once it is shown.

import { age, flashGate } from "./core.js";
import { arrange, direction, largest } from "./layout.js";

const part = (name, tag = "div", attributes = {}) => {
  const element = document.createElement(tag);
  element.className = name;
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
};

/** Sets the text of an element, only where it changed: screen readers announce what is touched. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Puts a stage into `root`. `options`: see core.options; `look`: {weight, leading, cap}, the typography.
 * Returns `{render(view, {animate}), link({up, since})}`.
 */
export function mountStage(root, options, look) {
  const head = part("head", "header");
  const where = part("where", "p");
  const badge = part("badge", "p", { hidden: "" });
  head.append(where, badge);
  const previous = part("previous", "p", { "aria-hidden": "true" });
  const box = part("box");
  const line = part("line", "p", { "aria-live": "polite", "aria-atomic": "true" });
  box.append(line);
  const next = part("next", "p", { "aria-label": "next line" });
  const mark = part("mark", "p", { role: "status" });
  const notice = part("notice", "p", { role: "alert" });
  root.append(head, previous, box, next, mark, notice);
  root.classList.toggle("mirror", options.mirror);
  root.classList.toggle("flip", options.flip);
  root.classList.toggle("no-next", !options.next);
  document.documentElement.dataset.theme = options.theme;

  const brush = document.createElement("canvas").getContext("2d");
  const mayFlash = flashGate();
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  let shown = { text: null, title: false };
  let status = { up: false, since: Date.now() };

  function fit() {
    const { text, title } = shown;
    const room = { width: box.clientWidth, height: box.clientHeight };
    line.dir = direction(text ?? "");
    line.classList.toggle("title", title);
    if (!text || !room.width || !room.height) return line.replaceChildren();
    const style = getComputedStyle(line);
    brush.font = `${style.fontWeight} 100px ${style.fontFamily}`;
    const measure = (words) => brush.measureText(words).width / 100;
    const share = (title ? 0.5 : 1) * (options.size / 100);
    const cap = look.cap * innerHeight * share;
    const floor = 0.055 * Math.min(innerHeight, innerWidth * 0.8);
    const { rows, size } = arrange(text, measure, room, { leading: look.leading, cap, floor });
    line.replaceChildren(...rows.flatMap((row, i) => [i ? " " : "", Object.assign(part("row", "span"), { textContent: row })]));
    const fits = (pixels) => {
      line.style.fontSize = `${pixels}px`;
      return line.offsetWidth <= room.width && line.offsetHeight <= room.height;
    };
    fits(largest(1, Math.min(cap, size * 1.1), fits));
  }

  function render(view, { animate = false } = {}) {
    const title = !view.line && !view.cleared && Boolean(view.song);
    const text = view.line || (title ? view.song : "");
    const empty = !text;
    root.classList.toggle("empty", empty);
    if (text !== shown.text || title !== shown.title) {
      shown = { text, title };
      fit();
    }
    if (animate && !calm.matches && mayFlash(performance.now())) {
      line.animate([{ opacity: 0.25 }, { opacity: 1 }], { duration: 110, easing: "ease-out" });
    }
    say(where, title ? view.section : [view.song, view.section].filter(Boolean).join(" · "));
    say(previous, view.line ? view.previous : "");
    previous.dir = direction(view.previous);
    say(next, view.cleared || !options.next ? "" : view.next);
    next.dir = direction(view.next);
    badge.hidden = !view.held;
    say(badge, view.held ? "held" : "");
  }

  function link(told) {
    status = told;
    root.classList.toggle("lost", !told.up);
    tellAge();
  }

  function tellAge() {
    const silence = Date.now() - status.since;
    // A link that comes back within a second is nobody's worry.
    say(mark, status.up ? "" : silence < 1000 ? "" : `no link · ${age(silence)}`);
  }

  let noticeTimer = 0;
  function warn(text) {
    say(notice, text);
    clearTimeout(noticeTimer);
    noticeTimer = setTimeout(() => say(notice, ""), 8000);
  }

  setInterval(tellAge, 1000);
  new ResizeObserver(fit).observe(box);
  document.fonts?.ready.then(fit);
  return { render, link, warn };
}

/** Calls `then(ms)` when what was just changed has been painted, `ms` after `since`. */
export function whenPainted(since, then) {
  requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => then(performance.now() - since);
    port2.postMessage(null); // comes after the frame that was due
  });
}
