// How a text is set on a page: with the marks of print. Only what is shown; what is sent and kept stays as it was.

// Words that begin with an apostrophe for what was left out.
const ELIDED = /^(?:tis|twas|twere|twill|til|till|em|er|im|cause|cos|cuz|coz|round|bout|neath|gainst|ere|n|nother|nuff|fore|fraid|kay|specially|\d0s)(?![\p{L}\p{N}])/iu;
const LETTER = /[\p{L}\p{N}]/u;
const BEFORE_OPENING = /[\s([{“‘—–/]/u;

/** A text with curly quotes and apostrophes, dashes and an ellipsis, where a keyboard has plain ones. */
export function typeset(text) {
  if (!/['"`´′.-]/.test(text)) return text;
  const dashed = text
    .replace(/\.{3}/g, "…")
    .replace(/(^|\s)-{1,2}(?=\s|$)/g, "$1–")
    .replace(/([\p{L}\p{N},.!?…])--+(?=[\p{L}\p{N}\s]|$)/gu, "$1—");
  if (!/['"`´′]/.test(dashed)) return dashed;
  const letters = [...dashed];
  let open = false; // a single quote waits for its other half
  return letters.map((letter, i) => {
    const before = letters[i - 1] || " ";
    const after = letters[i + 1] || " ";
    const opens = BEFORE_OPENING.test(before) && !/\s/.test(after);
    if (letter === '"') return opens ? "“" : "”";
    if (!"'`´′".includes(letter)) return letter;
    if (!opens) {
      if (!LETTER.test(after)) open = false;
      return "’";
    }
    const rest = letters.slice(i + 1).join("");
    if (ELIDED.test(rest) || !/[^\s]['’](?![\p{L}\p{N}])/u.test(rest) || open) return "’";
    open = true;
    return "‘";
  }).join("");
}

/** Resolves when the page's own letters are there: a line that was fitted with others is fitted anew. */
export function fontsReady(family, fonts = document.fonts) {
  if (!fonts || !fonts.load) return Promise.resolve();
  return fonts.load(`600 100px "${family}"`).catch(() => {});
}
