// The frame of every page: light or dark, the table of contents, buttons that copy code.
// Without this script, all of a page can be read, and its menus open and lead everywhere.
(() => {
  "use strict";
  const root = document.documentElement;
  const all = (/** @type {string} */ selector) =>
    /** @type {HTMLElement[]} */ ([...document.querySelectorAll(selector)]);

  // As the device is set, light, or dark: the choice is all that is remembered.
  const NAMES = /** @type {Record<string, string>} */ ({ auto: "端末と同じ", light: "明るい", dark: "暗い" });
  const THEMES = Object.keys(NAMES);
  for (const button of all("[data-theme-switch]")) {
    const show = () => {
      const theme = root.dataset.theme ?? "auto";
      button.setAttribute("aria-label", `画面の明るさ：${NAMES[theme]}`);
      button.title = NAMES[theme];
      button.firstElementChild?.setAttribute("class", `icon icon-${theme}`);
      for (const meta of all("meta[name=theme-color]")) {
        meta.dataset.own ??= meta.getAttribute("content") ?? "";
        // The ground is asked for only where it is needed: as a page is opened, that takes a while.
        meta.setAttribute("content", theme === "auto" ? meta.dataset.own
          : getComputedStyle(document.body).backgroundColor);
      }
    };
    button.addEventListener("click", () => {
      const next = THEMES[(THEMES.indexOf(root.dataset.theme ?? "") + 1) % THEMES.length];
      root.dataset.theme = next;
      try {
        localStorage.setItem("theme", next);
      } catch {} // a browser that keeps nothing: the choice holds for this page
      show();
    });
    show();
  }

  // On a wide screen the table of contents can be put away; on a narrow one it lies over the page.
  for (const button of all("[data-sidebar]")) {
    button.addEventListener("click", () => {
      const hidden = all("#primary-sidebar")[0].classList.toggle("pst-sidebar-hidden");
      button.setAttribute("aria-expanded", String(!hidden));
    });
  }
  for (const sidebar of all(".bd-sidebar")) {
    sidebar.addEventListener("click", ({ target }) => {
      const open = sidebar.matches(":popover-open");
      if (open && /** @type {Element} */ (target).closest("a")) sidebar.hidePopover();
    });
  }

  // Which section is being read.
  const links = new Map(all(".page-toc a").map((link) => {
    const name = decodeURIComponent(/** @type {HTMLAnchorElement} */ (link).hash.slice(1));
    return [document.getElementById(name), link];
  }));
  const watch = new IntersectionObserver(() => {
    const begun = [...links].filter(([part]) => part && part.getBoundingClientRect().top < 160);
    for (const link of links.values()) link.removeAttribute("aria-current");
    begun.at(-1)?.[1].setAttribute("aria-current", "location");
  }, { rootMargin: "-160px 0px 0px" });
  for (const part of links.keys()) if (part) watch.observe(part);

  // On a screen with room for them, terms are explained beside the text.
  const base = new URL(root.dataset.content_root ?? "./", location.href);
  if (matchMedia("(min-width: 1680px)").matches && all(".std-term")[0]) {
    document.head.append(Object.assign(document.createElement("script"), { src: new URL("_static/margin_notes.js", base) }));
  }

  // Which pages have been read to their end: kept on this device alone, and shown in the contents.
  const home = base.pathname;
  const pageOf = (/** @type {string} */ path) => decodeURI(path).slice(decodeURI(home).length);
  const readPages = () => {
    try {
      return /** @type {string[]} */ (JSON.parse(localStorage.getItem("read") ?? "[]"));
    } catch {
      return []; // nothing is kept here
    }
  };
  const [end] = all(".page-turn");
  if (end && all(".goal")[0]) {
    new IntersectionObserver(([{ isIntersecting }], watch) => {
      if (!isIntersecting) return;
      watch.disconnect();
      const pages = new Set(readPages()).add(pageOf(location.pathname));
      try {
        localStorage.setItem("read", JSON.stringify([...pages]));
      } catch {} // a browser that keeps nothing
    }).observe(end);
  }
  const showRead = () => {
    const known = new Set(readPages());
    for (const part of all(".path")) {
      const items = [...part.querySelectorAll("li")];
      for (const item of items) {
        const link = item.querySelector("a");
        item.classList.toggle("read", Boolean(link && known.has(pageOf(link.pathname))));
      }
      part.querySelector(".read-count")?.remove();
      const number = part.querySelectorAll(".read").length;
      const said = Object.assign(document.createElement("span"), { className: "read-count" });
      said.textContent = `${number}/${items.length} 読みました`;
      if (number) part.querySelector(".caption")?.append(said);
    }
  };
  showRead();
  addEventListener("pageshow", showRead); // a page that the browser kept comes back as it was
  addEventListener("storage", showRead); // read in another window, or told to this one later

  // What can be moved sideways can be moved by keys, too, in every browser.
  const reach = new ResizeObserver((boxes) => {
    for (const { target } of boxes) {
      if (target.scrollWidth > target.clientWidth) /** @type {HTMLElement} */ (target).tabIndex = 0;
    }
  });
  const moved = "pre, .math, .output, .neuron-picture, .pst-scrollable-table-container";
  for (const box of all(`.bd-article :is(${moved})`)) reach.observe(box);

  // Code is copied as it stands, without prompts and without its output.
  const copies = () => {
    const [said] = all("[data-copied]");
    let number = 0;
    for (const code of all("div.highlight > pre")) {
      if (code.closest(".cell_output")) continue;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "copy frame-button";
      const line = code.textContent?.trim().split("\n", 1)[0];
      number += 1;
      button.setAttribute("aria-label", `コード${number}をコピー：${line}`);
      button.append(Object.assign(document.createElement("span"), { className: "icon icon-copy" }));
      button.addEventListener("click", async () => {
        const copy = /** @type {Element} */ (code.cloneNode(true));
        for (const part of copy.querySelectorAll(".gp, .go, .linenos")) part.remove();
        await navigator.clipboard.writeText(`${copy.textContent?.trimEnd()}\n`);
        said.textContent = "コピーしました";
        button.classList.add("done");
        setTimeout(() => {
          said.textContent = "";
          button.classList.remove("done");
        }, 2000);
      });
      code.after(button);
    }
  };
  if (navigator.clipboard) addEventListener("load", () => setTimeout(copies));
})();
