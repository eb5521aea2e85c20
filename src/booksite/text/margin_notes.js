// What a term means, beside its first mention, on a screen that has room for it: frame.js loads
// this there alone. A screen reader has the link to the glossary, and is not told twice.

(() => {
  "use strict";
  const GAP = 20; // px between two notes
  const FAR = 60; // px: a note further below its term than this would belong to another line
  const article = /** @type {HTMLElement} */ (document.querySelector("article"));
  const page = location.pathname.replace(/\.html$/, "");

  const notes = [...article.querySelectorAll("a:has(> .std-term)")].flatMap((link) => {
    const { hash } = /** @type {HTMLAnchorElement} */ (link);
    const [name, text, teacher] = MarginNotes[decodeURIComponent(hash.slice(1))] ?? [];
    if (!name || page.endsWith(teacher)) return []; // the page itself explains what it teaches
    const note = document.createElement("aside");
    note.className = "margin-note";
    note.setAttribute("aria-hidden", "true");
    note.append(Object.assign(document.createElement("b"), { textContent: name }), text);
    return [{ link, note }];
  });
  article.append(...notes.map(({ note }) => note));

  const place = () => {
    const start = article.getBoundingClientRect().top;
    const known = notes.map(({ link, note }) => {
      const { top } = link.getBoundingClientRect();
      return { note, wanted: top - start, shown: link.checkVisibility(), tall: note.offsetHeight };
    });
    let free = 0;
    for (const { note, wanted, shown, tall } of known) {
      const top = Math.max(wanted, free);
      const fits = shown && top - wanted <= FAR;
      note.style.visibility = fits ? "" : "hidden";
      note.style.top = fits ? `${top}px` : "0";
      if (fits) free = top + tall + GAP;
    }
  };
  new ResizeObserver(place).observe(article);
})();
