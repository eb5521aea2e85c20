// Opens the search with "/", Ctrl-K or a link to it, and loads it then and not before.
(() => {
  "use strict";

  const base = /** @type {HTMLScriptElement} */ (document.currentScript).src;
  const page = new URL("../search.html", base);

  /** @type {Record<string, Promise<void>>} */
  const loading = {};
  const load = (/** @type {string} */ name) => {
    loading[name] ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.addEventListener("load", () => resolve());
      script.addEventListener("error", reject);
      script.src = new URL(name, base).href;
      document.head.append(script);
    });
    return loading[name];
  };

  const view = async () => {
    await Promise.all([load("search_model.js"), load("search_view.js")]);
    return SearchView;
  };
  const here = document.getElementById("search-here");
  const open = async () => (await view()).open(() => load("search_index.js"), here);

  const query = new URLSearchParams(location.search).get("q");
  if (here) open();
  else if (query) view().then((search) => search.mark(query));

  document.addEventListener("click", (event) => {
    const link = /** @type {Element} */ (event.target).closest("[data-search], a[href$='search.html']");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open().catch(() => location.assign(page));
  });

  document.addEventListener("keydown", (event) => {
    const chord = (event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k";
    const typing = /** @type {Element} */ (event.target).closest("input, textarea, select, [contenteditable]");
    const slash = event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (!chord && !slash) return;
    event.preventDefault();
    open().catch(() => location.assign(page));
  }, true); // also from within figures that keep their keys to themselves
})();
