// Finds words in the texts of the pages. It knows nothing of the page that it runs in.
const SearchModel = (() => {
  "use strict";

  /** What is no part of the text of a page: it is not seen, or belongs to the frame. */
  const UNSEEN = "script, style, template, noscript, title, desc, .headerlink, .literate-label";

  /** One spelling for what reads the same: width, case, kana, signs of minus.
   * @param {string} text */
  const fold = (text) => text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[ぁ-ゖ]/g, (kana) => String.fromCharCode(kana.charCodeAt(0) + 96))
    .replace(/[−‐–]/g, "-")
    .replace(/ς/g, "σ");

  /** The words of a query, all of which a page must hold.
   * @param {string} query */
  const words = (query) => [...new Set(fold(query).split(/\s+/).filter(Boolean))];

  /** The same, cut where the kind of letter changes: 「tanhを微分」 becomes tanh, 微分.
   * @param {string} query */
  const pieces = (query) => [
    ...new Set(fold(query).match(/[a-z0-9_.]{2,}|\p{sc=Han}{2,}|[ァ-ヺー]{2,}/gu) ?? []),
  ];

  /** Where the words stand in a text: places of first letters, and those after the last.
   * @param {string} text
   * @param {string[]} terms */
  const spans = (text, terms) => {
    let folded = "";
    const origin = []; // of each folded letter
    for (const match of text.matchAll(/[^][\u0300-\u036f\u3099\u309a\uff9e\uff9f]*/gu)) {
      const letters = fold(match[0]);
      folded += letters;
      for (let i = 0; i < letters.length; i += 1) origin.push(match.index);
    }
    origin.push(text.length);
    /** @type {[number, number][]} */
    const found = [];
    for (const term of terms) {
      for (let at = folded.indexOf(term); at >= 0; at = folded.indexOf(term, at + term.length)) {
        let end = at + term.length;
        while (origin[end] === origin[end - 1]) end += 1; // one letter can fold to several
        found.push([origin[at], origin[end]]);
      }
    }
    found.sort(([a], [b]) => a - b);
    /** @type {typeof found} */
    const joined = [];
    for (const [start, end] of found) {
      const last = joined.at(-1);
      if (last && start <= last[1]) last[1] = Math.max(last[1], end);
      else joined.push([start, end]);
    }
    return joined;
  };

  /** The words in their surroundings: pieces of text, every second of which was found.
   * Of all places, the one with most of the words is shown; of equals, a sentence.
   * @param {string} text
   * @param {string[]} terms */
  const snippet = (text, terms) => {
    const found = spans(text, terms);
    const values = found.map(([start]) => {
      const near = found.filter((span) => span[0] >= start && span[1] <= start + 70);
      const different = new Set(near.map((span) => fold(text.slice(...span)))).size;
      return different + (text.slice(start, start + 70).includes("。") ? 0.5 : 0);
    });
    const place = found[values.indexOf(Math.max(...values))]?.[0] ?? 0;
    const before = text.slice(Math.max(0, place - 40), place);
    const start = Math.max(before.lastIndexOf("。"), before.lastIndexOf("\n")) + 1;
    const from = start ? place - before.length + start : Math.max(0, place - 24);
    const line = text.indexOf("\n", from + 70); // one block is enough, if it is not too short
    const to = Math.min(line < 0 ? text.length : line, from + 110);
    const parts = [from && !start ? "…" : ""];
    let done = from;
    for (const [first, end] of found.filter((span) => span[0] >= from && span[1] <= to)) {
      parts[parts.length - 1] += text.slice(done, first);
      parts.push(text.slice(first, end), "");
      done = end;
    }
    parts[parts.length - 1] += text.slice(done, to) + (to < text.length && to !== line ? "…" : "");
    return parts;
  };

  /** How well a section speaks of the words: in its heading above all, in its sentences next.
   * @param {{ head: string, body: string, rest: string }} section
   * @param {string[]} terms */
  const worth = ({ head, body, rest }, terms) => terms.reduce((sum, term) => {
    const named = head === term ? 40 : head.includes(term) ? 20 : 0;
    const times = Math.min(body.split(term).length - 1, 8);
    return sum + named + times + (named || times ? 100 : rest.includes(term) ? 50 : 0);
  }, 0);

  /** Make an index ready to be searched; terms lead to the pages that teach them.
   * @param {typeof SearchIndex} index
   * @param {typeof SearchTerms} terms */
  const prepare = (index, terms) => {
    const taught = new Map(Object.entries(terms).map(([term, url]) => [fold(term), url]));
    for (const [url, [, title]] of index) if (taught.has(fold(title))) taught.set(fold(title), url);
    return index.map(([url, ...sections]) => ({
      url,
      title: sections[0]?.[1] ?? "",
      teaches: (/** @type {string} */ term) => taught.get(term) === url,
      sections: sections.map(([id, heading, text, rest]) => ({
        id, heading, text, head: fold(heading), body: fold(text), rest: fold(rest),
      })),
    }));
  };

  /** The pages that hold every word, the best first, each with its best section.
   * @param {SearchPage[]} pages
   * @param {string[]} terms */
  const holding = (pages, terms) => pages.flatMap((page) => {
    const held = (/** @type {string} */ term) =>
      page.sections.some((s) => s.head.includes(term) || s.body.includes(term) || s.rest.includes(term));
    if (!terms.length || !terms.every(held)) return [];
    const message = terms.some((term) => /error:?$/.test(term));
    const worths = page.sections.map((section) =>
      worth(section, terms) + (message && section.id.startsWith("error-") ? 1000 : 0));
    const best = page.sections[worths.indexOf(Math.max(...worths))];
    const { url, title } = page;
    const { id, heading } = best;
    const said = terms.some((term) => best.body.includes(term)) ? best.text : best.rest || best.text;
    const titled = terms.length > 1 && terms.every((term) => page.sections[0].head.includes(term));
    const score = 2000 * Number(titled) + Math.max(...worths) + 1000 * terms.filter(page.teaches).length
      + 3 * worth({ head: page.sections[0].head, body: "", rest: "" }, terms);
    return [{ url, title, id, heading, snippet: snippet(said, terms), score }];
  }).sort((a, b) => b.score - a.score);

  /** What a query asks for: of a traceback its message, of a question its subject.
   * @param {string} query */
  const asked = (query) => query
    .replace(/^.*\s(?=\w+Error: )/, "")
    .replace(/(?<=.)(とは|って何|の意味|の定義)[?？]*$/u, "");

  /** The pages for a query; where none holds its words as they stand, those that hold the pieces,
   * and at last those that hold the pieces without numbers.
   * @param {SearchPage[]} pages
   * @param {string} query */
  const find = (pages, query) => {
    for (const each of [query, asked(query)]) {
      const found = holding(pages, words(each));
      if (found.length) return { found, loose: false };
    }
    const parts = pieces(asked(query));
    const found = holding(pages, parts);
    const without = parts.filter((part) => !/\d/.test(part));
    return { found: found.length ? found : holding(pages, without), loose: true };
  };

  return { UNSEEN, fold, words, pieces, spans, prepare, find };
})();
