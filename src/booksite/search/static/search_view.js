// The box of the search, its results, and the marks in the page that was found.
const SearchView = (() => {
  "use strict";

  const root = new URL("..", /** @type {HTMLScriptElement} */ (document.currentScript).src);

  /** @type {MakeElement} */
  const make = (tag, attributes = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  };

  const result = (/** @type {SearchHit} */ hit, /** @type {string} */ query) => {
    const link = new URL(hit.url, root);
    link.searchParams.set("q", query);
    link.hash = hit.id;
    const text = hit.snippet.map((part, i) => (i % 2 ? make("mark", {}, part) : part));
    const place = hit.heading === hit.title ? [] : [make("span", { class: "search-section" }, hit.heading)];
    return make("li", {}, make("a", { href: link.href },
      make("span", { class: "search-title" }, hit.title), ...place,
      make("span", { class: "search-snippet" }, ...text)));
  };

  const say = (/** @type {string} */ query, /** @type {SearchAnswer} */ { found, loose }) => {
    if (!query) return "";
    if (!found.length) return `「${query}」は、どのページにもありません。短い言葉で探してみてください。`;
    if (loose) return `「${query}」はそのままではありません。分けた言葉を、${found.length}ページで見つけました。`;
    return `${found.length}ページで見つけました。`;
  };

  /** Fill a place with the field and the list, and search as one types.
   * @param {HTMLElement} place
   * @param {() => Promise<void>} index  loads it, once there is something to search */
  const fill = (place, index) => {
    const input = make("input", {
      type: "search", name: "q", "aria-label": "この本を検索", placeholder: "言葉を入れてください",
      autocomplete: "off", autocapitalize: "off", spellcheck: "false", enterkeyhint: "go",
    });
    const status = make("p", { class: "search-status", role: "status" });
    const list = make("ol", { class: "search-results", "aria-label": "見つかったページ" });
    const form = make("form", { class: "search-form", role: "search" }, input);
    place.replaceChildren(form, status, list);

    /** @type {SearchPage[] | undefined} */
    let pages;
    let started = false;
    const show = () => {
      const query = input.value.trim();
      if (!pages) {
        if (query) start();
        return;
      }
      const answer = SearchModel.find(pages, query);
      list.replaceChildren(...answer.found.map((hit) => result(hit, query)));
      status.textContent = say(query, answer);
    };
    const start = () => {
      if (started) return;
      started = true;
      status.textContent = "読み込んでいます…";
      index().then(() => {
        pages = SearchModel.prepare(SearchIndex, SearchTerms);
        status.textContent = "";
        show();
      }, () => {
        status.textContent = "検索の目次を読み込めませんでした。";
      });
    };

    input.addEventListener("input", show);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      list.querySelector("a")?.click();
    });
    place.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (!step || event.isComposing) return;
      event.preventDefault();
      const stops = [input, ...list.querySelectorAll("a")];
      stops[stops.findIndex((stop) => stop === document.activeElement) + step]?.focus();
    });
    return { input, start };
  };

  /** @type {HTMLInputElement | undefined} */
  let field;

  const box = (/** @type {() => Promise<void>} */ index) => {
    const dialog = make("dialog", { class: "search-box", "aria-label": "検索" });
    const close = make("button", { type: "button", class: "search-close" }, "閉じる");
    const keys = make("p", { class: "search-keys", "aria-hidden": "true" },
      make("kbd", {}, "↑"), make("kbd", {}, "↓"), " 選ぶ　", make("kbd", {}, "Enter"), " 開く　",
      make("kbd", {}, "Esc"), " 閉じる");
    const { input, start } = fill(dialog, index);
    start();
    input.after(close);
    dialog.append(keys);
    dialog.addEventListener("click", (event) => {
      const target = /** @type {Element} */ (event.target);
      const link = target.closest("a");
      if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
        event.preventDefault();
        history.replaceState(null, ""); // the page that was found takes the place of the search
        dialog.close();
        location.replace(link.href);
      } else if (target === dialog || target.closest(".search-close")) {
        dialog.close();
      }
    });
    // Back closes the search; closed otherwise, it leaves no step behind.
    addEventListener("popstate", () => {
      input.blur(); // else it would take the next key until the page is painted
      dialog.close();
    });
    dialog.addEventListener("close", () => {
      if (!dialog.open && history.state?.search) history.back(); // open: it came back at once
    });
    input.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.isComposing) return;
      event.preventDefault(); // which would only empty the field
      dialog.close();
    });
    document.body.append(dialog);
    return input;
  };

  /** Open the search: in a box, or in the place that a page has for it.
   * @param {() => Promise<void>} index
   * @param {HTMLElement | null} here */
  const open = (index, here) => {
    if (!field && here) {
      const { input, start } = fill(here, index);
      field = input;
      field.value = new URLSearchParams(location.search).get("q") ?? "";
      if (field.value) start();
    } else if (!field) {
      field = box(index);
    }
    const dialog = field.closest("dialog");
    if (dialog && !dialog.open) {
      history.pushState({ search: true }, "");
      dialog.showModal();
    }
    field.focus();
    field.select();
  };

  /** Mark the words of a query in this page, and go to the first in the section of the address.
   * @param {string} query */
  const mark = (query) => {
    const article = document.querySelector("article");
    if (!article || !window.Highlight) return;
    const walker = document.createTreeWalker(article, NodeFilter.SHOW_TEXT);
    /** @type {[Text, number][]} */
    const texts = [];
    let length = 0;
    while (walker.nextNode()) {
      const node = /** @type {Text} */ (walker.currentNode);
      if (node.parentElement?.closest(SearchModel.UNSEEN)) continue;
      texts.push([node, length]);
      length += node.data.length;
    }
    const text = texts.map(([node]) => node.data).join("");
    const exact = SearchModel.spans(text, SearchModel.words(query));
    const spans = exact.length ? exact : SearchModel.spans(text, SearchModel.pieces(query));
    const ranges = spans.map((span) => {
      const range = new Range();
      span.forEach((place, end) => {
        const [node, start] = texts[texts.findLastIndex((each) => each[1] + end <= place)];
        range[end ? "setEnd" : "setStart"](node, place - start);
      });
      return range;
    });
    CSS.highlights.set("search", new Highlight(...ranges));
    document.documentElement.dataset.searched = query;

    const section = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const first = ranges.find((range) => section?.contains(range.startContainer)) ?? ranges[0];
    const element = first?.startContainer.parentElement;
    for (let fold = element?.closest("details"); fold; fold = fold.parentElement?.closest("details")) {
      fold.open = true;
    }
    element?.scrollIntoView({ block: "center" });
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || document.querySelector("dialog[open]")) return;
      CSS.highlights.delete("search");
      delete document.documentElement.dataset.searched;
    });
  };

  return { open, mark };
})();
