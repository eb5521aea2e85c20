// The neuron that can be moved: takes over what the build has written, and keeps it true.
// The state stands in the fragment of the URL: `#w1=0.5&steps=3` (what is left out is as at the start).

(() => {
  "use strict";

  const PAUSE = 300; // ms: so long a control rests before the change is remembered and read aloud
  const BREATH = 60; // ms: so long it rests before what is out of sight is drawn

  // To write what is there already would cost the browser as much as a change.
  const write = (/** @type {Element} */ element, /** @type {string} */ words) => {
    if (element.textContent !== words) element.textContent = words;
  };
  const set = (
    /** @type {Element} */ element, /** @type {string} */ name, /** @type {string | boolean} */ value,
  ) => {
    if (element.getAttribute(name) !== String(value)) element.setAttribute(name, String(value));
  };

  /** @typedef {Record<string, any>} State */

  const enhance = (/** @type {HTMLElement} */ root) => {
    const kind = NeuronView.KINDS[/** @type {"neuron" | "square"} */ (root.dataset.kind)];
    const panels = (root.dataset.panels ?? "").split(" ");
    const words = JSON.parse(root.dataset.words ?? "{}");
    /** @type {State} */
    const start = JSON.parse(root.dataset.start ?? "{}");
    const all = (/** @type {string} */ selector) =>
      /** @type {HTMLElement[]} */ ([...root.querySelectorAll(selector)]);
    const one = (/** @type {string} */ selector) => all(selector)[0];
    const form = /** @type {HTMLFormElement} */ (one("form"));
    const fields = /** @type {HTMLInputElement[]} */ (all("input[type=number]"));
    const figures = all(".explorer-panel").map((figure) => ({
      figure,
      texts: /** @type {HTMLElement[]} */ ([...figure.querySelectorAll("[data-of]")]),
      picture: /** @type {HTMLElement | null} */ (figure.querySelector("[data-picture]")),
    }));
    const buttons = /** @type {HTMLButtonElement[]} */ (all("button[data-do]"));
    const code = one("pre code");
    /** @type {Set<Element>} */
    const inSight = new Set();

    let state = { ...start };
    let depth = history.state?.depth ?? 0;
    let remembered = fragment();
    let timer = 0;
    let later = 0;
    let status = "";

    /** What of the state differs from the start. */
    function fragment() {
      const changed = Object.keys(start).filter((name) => !Object.is(state[name], start[name]));
      return changed.map((name) => `${name}=${state[name]}`).join("&");
    }

    /** Why this text cannot be the value of a field, or nothing. */
    const problem = (/** @type {HTMLInputElement} */ field, /** @type {string} */ text) => {
      const value = Number(text);
      if (text.trim() === "" || !Number.isFinite(value)) return "数を入れてください。";
      if (value < Number(field.min) || value > Number(field.max)) {
        return `${field.min.replace("-", "−")} から ${field.max} までの数を入れてください。`;
      }
      const whole = Number.isInteger(start[field.name]) && field.step === "1";
      return whole && !Number.isInteger(value) ? "整数を入れてください。" : "";
    };

    const tell = (/** @type {HTMLInputElement} */ field, /** @type {string} */ message) => {
      const place = document.getElementById(field.getAttribute("aria-describedby") ?? "");
      write(/** @type {HTMLElement} */ (place), message);
      set(field, "aria-invalid", message !== "");
    };

    /** Draws the state: at once what is in sight, the rest when the hand rests for a moment. */
    const draw = (/** @type {Element | null} */ from = null) => {
      drawFigures(figures.filter(({ figure }) => inSight.has(figure)));
      drawControls(from);
      set(root, "aria-busy", true);
      clearTimeout(later);
      later = window.setTimeout(drawRest, BREATH);
    };

    const drawRest = () => {
      clearTimeout(later);
      const facts = drawFigures(figures);
      write(code, kind.code(facts));
      status = kind.status(facts, panels);
      set(root, "aria-busy", false);
    };

    const drawFigures = (/** @type {typeof figures} */ chosen) => {
      const facts = kind.facts(state);
      for (const { texts, picture } of chosen) {
        for (const element of texts) {
          const name = element.dataset.of ?? "";
          write(element, words[state.activation]?.[name] ?? NeuronView.text(facts, name));
          if (element.localName === "data") set(element, "value", facts[name]);
        }
        const name = picture?.dataset.picture ?? "";
        if (picture) picture.innerHTML = kind.pictures[name](facts);
      }
      return facts;
    };

    /** The control that the change came from is left alone: somebody may be typing there. */
    const drawControls = (/** @type {Element | null} */ from) => {
      for (const control of /** @type {Iterable<HTMLInputElement>} */ (form.elements)) {
        if (!(control.name in state) || control === from) continue;
        const text = String(state[control.name]);
        if (control.value !== text) control.value = text;
        if (control.type === "number") tell(control, "");
      }
      const off = /** @type {Record<string, boolean>} */ ({
        reset: fragment() === "",
        undo: depth === 0 && fragment() === remembered,
        rewind: state.steps === 0,
        step: state.steps === NeuronModel.SCALE.steps,
        call: state.calls === NeuronModel.SCALE.calls,
        forget: state.calls === 0,
      });
      for (const button of buttons) {
        const name = button.dataset.do ?? "";
        if (name in off) set(button, "aria-disabled", off[name]);
      }
    };

    /** Remembers the state, so that the back button returns to it, and reads its result aloud. */
    const remember = () => {
      clearTimeout(timer);
      drawRest();
      const now = fragment();
      if (now === remembered) return;
      remembered = now;
      depth += 1;
      history.pushState({ depth }, "", now ? `#${now}` : location.pathname + location.search);
      one("[role=status]").textContent = status;
    };

    const change = (/** @type {State} */ changes, /** @type {Element | null} */ from = null) => {
      state = { ...state, ...changes };
      draw(from);
      clearTimeout(timer);
      timer = window.setTimeout(remember, PAUSE);
    };

    /** Takes the state from the URL; what cannot be read is said, and stays as at the start. */
    const open = () => {
      clearTimeout(timer);
      depth = history.state?.depth ?? 0;
      state = { ...start };
      const wrong = [];
      for (const [name, text] of location.hash.includes("=")
        ? new URLSearchParams(location.hash.slice(1)) : []) {
        const field = fields.find((each) => each.name === name);
        if (field && !problem(field, text)) state[name] = Number(text);
        else if (name === "activation" && text in words) state[name] = text;
        else wrong.push(`${name}=${text}`);
      }
      remembered = fragment();
      one("[data-link-problem]").textContent = wrong.length
        ? `リンクのこの部分は使えないので、はじめの値にしました: ${wrong.join("、")}` : "";
      drawRest();
      drawControls(null);
    };

    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("input", ({ target }) => {
      const control = /** @type {HTMLInputElement} */ (target);
      if (control.type === "number") {
        const message = problem(control, control.value);
        tell(control, message);
        if (message) return;
      }
      const value = control instanceof HTMLSelectElement ? control.value : Number(control.value);
      change({ [control.name]: value }, control);
    });
    // Left with something that is no number in it, a field shows the last good one again.
    form.addEventListener("focusout", ({ target }) => {
      const control = /** @type {HTMLInputElement} */ (target);
      if (control.type !== "number" || control.getAttribute("aria-invalid") === "true") return;
      control.value = String(state[control.name]);
    });

    /** On a phone one picture is in sight, and one control. */
    const choose = (
      /** @type {HTMLElement} */ button, /** @type {HTMLElement[]} */ from,
      /** @type {(one: HTMLElement) => boolean} */ which,
    ) => {
      for (const each of button.parentElement?.children ?? []) set(each, "aria-pressed", each === button);
      for (const each of from) each.classList.toggle("chosen", which(each));
    };

    /** @type {Record<string, (button: HTMLButtonElement) => void>} */
    const actions = {
      undo: () => { remember(); history.back(); },
      reset: () => change(start),
      step: (button) =>
        change({ steps: Math.min(state.steps + Number(button.dataset.steps), NeuronModel.SCALE.steps) }),
      rewind: () => change({ steps: 0 }),
      call: () => change({ calls: state.calls + 1 }),
      forget: () => change({ calls: 0 }),
      copy: () => {
        const done = one(".explorer-copied");
        drawRest();
        // A page that came over plain HTTP has no clipboard.
        (navigator.clipboard?.writeText(code.textContent ?? "") ?? Promise.reject()).then(
          () => { done.textContent = "コピーしました。"; },
          () => {
            /** @type {HTMLDetailsElement} */ (one(".explorer-code")).open = true;
            getSelection()?.selectAllChildren(code);
            done.textContent = "コピーできませんでした。選んであるコードを、キーボードでコピーしてください。";
          },
        );
      },
    };
    root.addEventListener("click", ({ target }) => {
      const button = /** @type {HTMLElement} */ (target).closest("button");
      if (!button) return;
      const { do: action, show, move } = button.dataset;
      if (action && button.getAttribute("aria-disabled") !== "true") actions[action](button);
      if (show) choose(button, figures.map(({ figure }) => figure), ({ dataset }) => dataset.panel === show);
      if (move) choose(button, all("[data-field]"), ({ dataset }) => dataset.field === move);
    });
    // The theme turns pages with the arrow keys.
    root.addEventListener("keydown", (event) => event.stopPropagation());

    const watcher = new IntersectionObserver((entries) => entries.forEach((entry) =>
      (entry.isIntersecting ? inSight.add(entry.target) : inSight.delete(entry.target))));
    figures.forEach(({ figure }) => watcher.observe(figure));
    addEventListener("popstate", () => {
      open();
      one("[role=status]").textContent = status;
    });
    root.classList.add("ready");
    if (location.hash.includes("=")) open();
    else drawControls(null); // the rest stands there as the build has written it
  };

  const roots = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".neuron-explorer"));
  // The state of a link is shown at once. Without one, all is there to be read: the page comes first.
  if (location.hash.includes("=")) roots.forEach(enhance);
  else addEventListener("load", () => setTimeout(() => {
    roots.forEach((root) => enhance(root));
    // What was added has moved the heading to which the address leads.
    const [visit] = /** @type {PerformanceNavigationTiming[]} */ (
      performance.getEntriesByType("navigation"));
    if (location.hash && visit.type === "navigate") {
      document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
    }
  }));
})();
