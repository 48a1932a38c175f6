// Typographic quotes and dashes. Only for display; what is sent and stored stays unchanged.

// Words that begin with an apostrophe in place of omitted letters.
const ELIDED = /^(?:tis|twas|twere|twill|til|till|em|er|im|cause|cos|cuz|coz|round|bout|neath|gainst|ere|n|nother|nuff|fore|fraid|kay|specially|\d0s)(?![\p{L}\p{N}])/iu;
const LETTER = /[\p{L}\p{N}]/u;
const BEFORE_OPENING = /[\s([{“‘—–/]/u;

/** The text with curly quotes and apostrophes, dashes and an ellipsis instead of the keyboard's plain characters. */
export function typeset(text) {
  if (!/['"`´′.-]/.test(text)) return text;
  const dashed = text
    .replace(/\.{3}/g, "…")
    .replace(/(^|\s)-{1,2}(?=\s|$)/g, "$1–")
    .replace(/([\p{L}\p{N},.!?…])--+(?=[\p{L}\p{N}\s]|$)/gu, "$1—");
  if (!/['"`´′]/.test(dashed)) return dashed;
  const letters = [...dashed];
  let open = false; // whether a single quote is open
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

/** Resolves when the page's own fonts are loaded; a line that was fitted with others is then fitted again. */
export function fontsReady(family, fonts = document.fonts) {
  if (!fonts || !fonts.load) return Promise.resolve();
  return fonts.load(`600 100px "${family}"`).catch(() => {});
}
