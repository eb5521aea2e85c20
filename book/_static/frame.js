// @ts-check
// The frame of every page: light or dark, the table of contents, buttons that copy code.
// Without this script all of a page can be read, and its links lead everywhere.
(() => {
  "use strict";
  const root = document.documentElement;
  const all = (/** @type {string} */ selector) =>
    /** @type {HTMLElement[]} */ ([...document.querySelectorAll(selector)]);

  // Light, dark, or as the device is set: the choice is all that is remembered.
  const NAMES = { auto: "端末と同じ", light: "明るい", dark: "暗い" };
  const THEMES = /** @type {(keyof typeof NAMES)[]} */ (Object.keys(NAMES));
  const theme = () => THEMES.find((name) => name === root.dataset.theme) ?? "auto";
  const switches = all("[data-theme-switch]");
  const showTheme = () => {
    for (const button of switches) {
      button.setAttribute("aria-label", `画面の明るさ：${NAMES[theme()]}`);
      button.title = NAMES[theme()];
      button.firstElementChild?.setAttribute("class", `icon icon-${theme()}`);
    }
  };
  for (const button of switches) {
    button.addEventListener("click", () => {
      const next = THEMES[(THEMES.indexOf(theme()) + 1) % THEMES.length];
      root.dataset.theme = next;
      try {
        if (next === "auto") localStorage.removeItem("theme");
        else localStorage.setItem("theme", next);
      } catch {} // a browser that keeps nothing: the choice holds for this page
      showTheme();
    });
  }
  showTheme();

  // On a wide screen the table of contents can be put away; on a narrow one it lies over the page.
  for (const button of all("[data-sidebar]")) {
    button.addEventListener("click", () => {
      const hidden = all("#primary-sidebar")[0].classList.toggle("pst-sidebar-hidden");
      button.setAttribute("aria-expanded", String(!hidden));
    });
  }
  for (const sidebar of all(".bd-sidebar[popover]")) {
    sidebar.addEventListener("click", (event) => {
      const link = /** @type {Element} */ (event.target).closest("a");
      if (link && sidebar.matches(":popover-open")) sidebar.hidePopover();
    });
  }
  const close = (/** @type {Event} */ event) => {
    for (const menu of all("details.downloads[open]")) {
      const key = event instanceof KeyboardEvent && event.key === "Escape";
      if (key) /** @type {HTMLElement} */ (menu.firstElementChild).focus();
      if (key || !menu.contains(/** @type {Node} */ (event.target))) menu.removeAttribute("open");
    }
  };
  document.addEventListener("click", close);
  document.addEventListener("keydown", (event) => event.key === "Escape" && close(event));

  // Which heading the reader is at.
  const links = new Map(
    all(".page-toc a").map((link) => [
      document.getElementById(decodeURIComponent(/** @type {HTMLAnchorElement} */ (link).hash.slice(1))),
      link,
    ]),
  );
  const watch = new IntersectionObserver(() => {
    const passed = [...links.keys()].filter((part) => part && part.getBoundingClientRect().top < 160);
    const here = links.get(passed[passed.length - 1]);
    for (const link of links.values()) {
      if (link === here) link.setAttribute("aria-current", "location");
      else link.removeAttribute("aria-current");
    }
  }, { rootMargin: "-160px 0px 0px" });
  for (const part of links.keys()) if (part) watch.observe(part);

  // Code is copied as it stands, without prompts and without its output.
  if (navigator.clipboard) {
    const said = document.body.appendChild(document.createElement("p"));
    said.className = "visually-hidden";
    said.setAttribute("role", "status");
    for (const box of all("div.highlight")) {
      const code = box.querySelector("pre");
      if (!code || box.closest(".cell_output")) continue;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "copy frame-button";
      button.setAttribute("aria-label", "コードをコピー");
      button.innerHTML = '<span class="icon icon-copy"></span>';
      button.addEventListener("click", async () => {
        const copy = /** @type {Element} */ (code.cloneNode(true));
        for (const part of copy.querySelectorAll(".gp, .go, .linenos")) part.remove();
        await navigator.clipboard.writeText((copy.textContent ?? "").trimEnd() + "\n");
        said.textContent = "コピーしました";
        button.classList.add("done");
        setTimeout(() => {
          said.textContent = "";
          button.classList.remove("done");
        }, 2000);
      });
      box.append(button);
    }
  }

  // What can be moved sideways can be moved with the keyboard, too, in every browser.
  const reach = () => {
    const boxes = all(".bd-article :is(pre, .math, .output, .neuron-picture, .pst-scrollable-table-container)");
    const wide = boxes.filter((box) => box.scrollWidth > box.clientWidth);
    for (const box of wide) box.tabIndex = 0;
  };
  addEventListener("load", reach);
  addEventListener("resize", reach);
  document.addEventListener("toggle", reach, true);
})();
