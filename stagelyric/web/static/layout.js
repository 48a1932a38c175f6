// Decides where a line breaks and how large it is. Pure: the caller provides a function that measures text.

const RTL = /^[^\p{L}]*[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const HIRAGANA = /^\p{Script=Hiragana}+$/u; // particles and endings, which belong to the word before them
const CLOSING = /^[\p{Pe}\p{Pf}\p{Po}ーぁぃぅぇぉっゃゅょァィゥェォッャュョ]+$/u;
const OPENING = /[\p{Ps}\p{Pi}¿¡]$/u;
const PHRASE_END = /[,;:.!?…—–、。，；：！？]["'”’»)]*$/u;
const list = (words) => new Set(words.split(" "));
// Words that must stay on the same row as the next word: articles and the like, and forms of address.
const BOUND = list(
  "a an the my your his her its our their no every le la les un une des du de au aux mon ma mes ton ta tes der die das " +
    "ein eine im am zu el los las",
);
const ADDRESS = list("mr mrs ms miss dr st mister sir lady lord saint captain uncle aunt auntie madame monsieur herr frau");
// Words that want the next one beside them: prepositions and conjunctions; and, less so, pronouns and auxiliaries.
const GOVERNING = list(
  "of to at by for from with into onto and or but nor as if than through under till until because et ou à en und y " +
    "one two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty hundred thousand",
);
const LEANING = list(
  "in on over so when while where who i you he she it we they is are was were be been am will would can could shall " +
    "should may might must don't can't won't not never very too this that these those had have has did does who's i'm you're he's she's it's " +
    "we're they're i'll you'll we'll big little old new good bad long small young red blue black white green cold hot " +
    "half whole last first next",
);
// Words that begin a clause and therefore a row, whatever comes before them; and words that may well begin a row.
const CLAUSES = list(
  "and but or nor yet because till until though when where while who whose which et mais ou und oder aber y o pero",
);
const PHRASES = list(
  "so for as if than that since with without from into onto over under through across along around behind beside " +
    "between beyond before after against among at by in on to of like qui que quand comme avec sans dans sur " +
    "sous pour par wenn wo wie mit ohne von aus zu im cuando donde como con sin en por para",
);
// Words that belong to the verb before them ("split up", "shut down"), unless they open a phrase ("down the road").
const PARTICLES = list("up down out off away back in on over along around by through to");
const OPENS_NOUN = list(
  "a an the my your his her its our their this that these those every each all some no one two three",
);
// What a break costs (or is worth), beside what uneven rows cost: a row too wide makes all letters smaller. So a break
// at a comma is worth one row of twice the other's width, and an article is parted from its noun only where all else
// would be a third smaller.
const UNEVEN = 0.7;
const WIDER = 2.3;
const TORN = 0.9;
const GOVERNED = 0.4;
const LEANS = 0.16;
const WHOLE = 0.26;
const CLAUSE = 0.12;
const OPENS = 0.08;
const LEFT_OVER = 0.2; // the cost of a last row of one word, beside its unevenness
const MOST = 0.1; // the most that a break adds to the value of rows
const BESIDE = 0.82; // value of two rows relative to one: the letters must be larger by more than 1 / 0.82
const FURTHER = 0.9; // the same factor for each further row

/** "rtl" if the text's first letter belongs to a right-to-left script, else "ltr". */
export const direction = (text) => (RTL.test(text) ? "rtl" : "ltr");

const graphemes = globalThis.Intl?.Segmenter ? new Intl.Segmenter(undefined, { granularity: "grapheme" }) : null;
const words = globalThis.Intl?.Segmenter ? new Intl.Segmenter(undefined, { granularity: "word" }) : null;
const segments = (segmenter, text) => (segmenter ? [...segmenter.segment(text)].map((s) => s.segment) : [...text]);

/**
 * The pieces between which a line may break, as `{text, space, hyphen}`; `space`: a space follows. Scripts without
 * spaces are split into words. Words longer than `longest` are split too, with a hyphen that shows only if the line
 * breaks there.
 */
export function pieces(text, longest = Infinity) {
  const found = [];
  for (const word of text.trim().split(/\s+/u).filter(Boolean)) {
    const parts = UNSPACED.test(word) ? glued(segments(words, word)) : cut(word, longest);
    parts.forEach((part, i) => {
      found.push({ text: part, space: i === parts.length - 1, hyphen: i < parts.length - 1 && !UNSPACED.test(word) });
    });
  }
  return found;
}

function glued(parts) {
  const out = [];
  for (const part of parts) {
    const last = out[out.length - 1];
    const leans = HIRAGANA.test(part) && !CLOSING.test(last ? last[last.length - 1] : "") && (last + part).length <= 8;
    if (last !== undefined && (CLOSING.test(part) || OPENING.test(last) || leans)) out[out.length - 1] += part;
    else out.push(part);
  }
  return out;
}

function cut(word, longest) {
  const letters = segments(graphemes, word);
  if (letters.length <= longest) return [word];
  const count = Math.ceil(letters.length / longest);
  const each = Math.ceil(letters.length / count);
  return Array.from({ length: count }, (_, i) => letters.slice(i * each, (i + 1) * each).join("")).filter(Boolean);
}

const joined = (part) =>
  part.map((piece, i) => piece.text + (i === part.length - 1 ? (piece.hyphen ? "-" : "") : piece.space ? " " : "")).join("");

const plain = (text) => text.toLowerCase().replace(/[’‘]/g, "'").replace(/[^\p{L}\p{N}']+/gu, "");

const NAMED = /^[\p{Lu}][\p{Ll}’']+$/u;

const isName = (word, next) => NAMED.test(word) && NAMED.test(next.replace(/[^\p{L}’']+$/u, ""));

/** How good the break after `parts[at]` is: positive good, negative bad. `capitals`: capitals mean nothing here. */
function breakWorth(parts, at, capitals) {
  const [piece, next] = [parts[at], parts[at + 1]];
  if (piece.hyphen) return -LEANS;
  const [ends, opens] = [plain(piece.text), plain(next.text)];
  if (ADDRESS.has(ends) && /^\P{L}*\p{Lu}/u.test(next.text)) return -TORN;
  if (PHRASE_END.test(piece.text)) return WHOLE;
  if (BOUND.has(ends)) return -TORN;
  if (CLAUSES.has(opens)) return parts.length - at > 3 ? CLAUSE : 0; // "bread / and butter" is no clause
  // Two words with capitals are a name; the first word of a sentence has one in any case.
  if (!capitals && isName(piece.text, next.text)) return at && !PHRASE_END.test(parts[at - 1].text) ? -TORN : -LEANS;
  if (GOVERNING.has(ends)) return -GOVERNED;
  if (PARTICLES.has(opens) && !opensNoun(parts[at + 2], next)) return -LEANS;
  if (LEANING.has(ends)) return -LEANS;
  return PHRASES.has(opens) ? OPENS : 0;
}

const opensNoun = (after, word) =>
  after !== undefined && !PHRASE_END.test(word.text) && (OPENS_NOUN.has(plain(after.text)) || /^\p{Lu}/u.test(after.text));

/**
 * The best way to set `parts` in exactly `count` rows: rows of even width, broken between phrases. `worths`: see
 * `breakWorth`; `free`: rows up to this width make no letters smaller.
 */
function balance(parts, widths, space, count, worths, free) {
  const n = parts.length;
  const upTo = [0];
  parts.forEach((piece, i) => upTo.push(upTo[i] + widths[i] + (piece.space ? space : 0)));
  const width = (from, to) => upTo[to] - upTo[from] - (parts[to - 1].space ? space : 0);
  const ideal = Math.max(1e-9, width(0, n) / count);
  const room = Math.max(ideal, free);
  // cost[k][i]: the lowest cost of setting the first i pieces in k rows.
  const cost = Array.from({ length: count + 1 }, () => new Array(n + 1).fill(Infinity));
  const from = Array.from({ length: count + 1 }, () => new Array(n + 1).fill(0));
  cost[0][0] = 0;
  for (let k = 1; k <= count; k++) {
    for (let i = k; i <= n; i++) {
      for (let j = k - 1; j < i; j++) {
        if (cost[k - 1][j] === Infinity) continue;
        const over = width(j, i) / ideal - 1;
        // A row that is too wide makes all letters smaller; others only look uneven.
        const wider = Math.max(0, width(j, i) - room) / ideal;
        const last = i < n ? -worths[i - 1] : count > 1 && j === n - 1 ? LEFT_OVER : 0;
        const here = cost[k - 1][j] + UNEVEN * over * over + WIDER * wider * wider + last;
        if (here < cost[k][i]) {
          cost[k][i] = here;
          from[k][i] = j;
        }
      }
    }
  }
  const rows = [];
  for (let k = count, i = n; k > 0; k--) {
    rows.unshift([from[k][i], i]);
    i = from[k][i];
  }
  const worth = rows.slice(0, -1).reduce((sum, [, to]) => sum + Math.min(MOST, worths[to - 1]), 0);
  return {
    rows: rows.map(([a, b]) => joined(parts.slice(a, b))),
    widest: Math.max(...rows.map(([a, b]) => width(a, b))),
    worth,
  };
}

/**
 * The rows of a line, and the approximate size of its letters in pixels.
 *
 * `measure(text)`: its width with letters of 1 px; `box`: {width, height} in pixels; `leading`: the height of a row for
 * letters of 1 px; `cap`: the largest size wanted; `enough`: letters of this size are easy to read, so no third row is
 * added to make them larger; `floor`: if the size would be below this, long words are split.
 */
export function arrange(text, measure, box, { leading = 1.16, cap = Infinity, enough = Infinity, floor = 0 } = {}) {
  const best = choose(pieces(text), measure, box, leading, cap, enough);
  if (best.size >= floor) return best;
  const torn = choose(pieces(text, 9), measure, box, leading, cap, enough);
  return torn.size > best.size * 1.15 ? torn : best;
}

function choose(parts, measure, box, leading, cap, enough) {
  if (!parts.length) return { rows: [], size: cap };
  const widths = parts.map((piece) => measure(piece.text + (piece.hyphen ? "-" : "")));
  const space = measure(" ");
  const capitals = 2 * parts.filter((piece) => /^\P{L}*\p{Lu}/u.test(piece.text)).length > parts.length + 1;
  const worths = parts.slice(0, -1).map((_, at) => breakWorth(parts, at, capitals));
  let best = null;
  for (let count = 1; count <= Math.min(parts.length, 8); count++) {
    // A stack of huge single words is harder to read than two rows of large ones.
    if (count > 2 && best.size >= Math.min(enough, cap)) break;
    const most = Math.min(cap, box.height / (count * leading));
    const { rows, widest, worth } = balance(parts, widths, space, count, worths, box.width / most);
    const size = Math.min(most, box.width / widest);
    // For every further row the eye must return to the margin.
    const cost = count === 1 ? 1 : BESIDE * FURTHER ** (count - 2);
    const value = size * (1 + worth / count) * cost;
    if (!best || value > best.value) best = { rows, size, value };
  }
  return { rows: best.rows, size: best.size };
}

/** The largest multiple of 0.5 from `low` to `high` for which `fits` holds, by bisection; `low` if there is none. */
export function largest(low, high, fits) {
  let [good, bad] = [Math.floor(low * 2), Math.floor(high * 2) + 1];
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (fits(middle / 2)) good = middle;
    else bad = middle;
  }
  return good / 2;
}

const SOUNDED = /[\p{L}\p{M}\p{N}]/u;
const JOINED = /[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Nko}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Tamil}\p{Script=Thai}]/u;

/**
 * The rows split into syllables: for each row `[{text, index}]`, where `index` is the syllable's. Null if the syllables
 * don't match the rows' text, or the script joins its letters, so that a split would change their shape.
 */
export function cutForSinging(rows, syllables) {
  const ends = [];
  let total = 0;
  for (const syllable of syllables) ends.push((total += sounded(syllable).length));
  const text = rows.join("");
  if (!syllables.length || JOINED.test(text)) return null;
  if (sounded(text).join("").toLowerCase() !== sounded(syllables.join("")).join("").toLowerCase()) return null;
  let index = 0;
  let at = 0;
  return rows.map((row) => {
    const parts = [];
    for (const letter of row) {
      if (SOUNDED.test(letter)) {
        while (at >= ends[index]) index++;
        at++;
      }
      // Characters that are not sung (a space, a comma) stay with the syllable before them.
      const last = parts[parts.length - 1];
      if (last && last.index === index) last.text += letter;
      else parts.push({ text: letter, index });
    }
    return parts;
  });
}

const sounded = (text) => [...text].filter((letter) => SOUNDED.test(letter));
