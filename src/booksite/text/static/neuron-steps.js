// Walks through the picture of `.neuron-steps` one moment at a time, with buttons and arrow keys.
// In `.neuron-folded`, opens and closes what is inside a box, and makes pictures larger and smaller.
(() => {
  "use strict";

  /**
   * @param {string} label
   * @param {() => void} action
   */
  const button = (label, action) => {
    const element = document.createElement("button");
    element.type = "button";
    element.textContent = label;
    element.addEventListener("click", action);
    return element;
  };

  /** @param {HTMLElement} root */
  const enhance = (root) => {
    const boxes = [...root.querySelectorAll("svg .box")];
    const moments = [...root.querySelectorAll("li")];
    /** @type {(moment: HTMLLIElement) => Element} */
    const boxOf = (moment) => boxes[Number(moment.dataset.box)];
    let current = 0;

    const position = document.createElement("output");
    const show = (/** @type {number} */ index) => {
      current = Math.min(Math.max(index, 0), moments.length - 1);
      const { phase } = moments[current].dataset;
      const sequence = moments.filter((moment) => moment.dataset.phase === phase);
      const coming = new Set(sequence.filter((each) => moments.indexOf(each) > current).map(boxOf));
      root.dataset.phase = phase;
      for (const box of boxes) {
        box.classList.toggle("later", coming.has(box));
        box.classList.toggle("now", box === boxOf(moments[current]));
      }
      position.textContent = `${current + 1} / ${moments.length}`;
      back.setAttribute("aria-disabled", String(current === 0));
      forward.setAttribute("aria-disabled", String(current === moments.length - 1));
      caption.textContent = moments[current].textContent;
    };

    const back = button("← 戻る", () => show(current - 1));
    const forward = button("進む →", () => show(current + 1));
    const caption = document.createElement("p");
    caption.className = "neuron-steps-caption";
    caption.setAttribute("aria-live", "polite");
    const controls = document.createElement("div");
    controls.className = "neuron-steps-controls";
    controls.setAttribute("role", "group");
    controls.setAttribute("aria-label", "一歩ずつ見る。左右の矢印キーでも動きます");
    controls.append(back, position, forward);
    controls.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity }[event.key];
      if (step === undefined) return;
      event.preventDefault();
      event.stopPropagation(); // the theme turns pages with the same keys
      show(current + step);
    });

    root.prepend(controls, caption);
    show(0);
  };

  /** @param {SVGAElement} link */
  const fold = (link) => {
    const inside = /** @type {HTMLDetailsElement} */ (
      document.getElementById(link.href.baseVal.slice(1))
    );
    const tell = () => link.setAttribute("aria-expanded", String(inside.open));
    inside.addEventListener("toggle", tell);
    tell();
    link.addEventListener("click", (event) => {
      event.preventDefault();
      inside.open = !inside.open;
      if (inside.open) inside.scrollIntoView({ block: "nearest" });
    });
  };

  /** @param {HTMLElement} frame @param {number} index */
  const zoom = (frame, index) => {
    const [svg] = frame.querySelectorAll("svg");
    const natural = Number(svg.getAttribute("width"));
    const controls = document.createElement("div");
    controls.className = "neuron-steps-controls";
    controls.setAttribute("role", "group");
    controls.setAttribute("aria-label", "図の大きさ。＋と−と0のキーでも変わります");
    const size = document.createElement("output");
    const show = (/** @type {number} */ percent) => {
      const now = Math.min(Math.max(percent, 25), 400);
      svg.style.cssText = now === 100
        ? `min-width: ${natural}px`
        : `width: ${(natural * now) / 100}px; max-width: none`;
      size.textContent = `${now}%`;
    };
    const by = (/** @type {number} */ step) => show(parseInt(size.textContent, 10) + step);
    const named = (/** @type {string} */ label, /** @type {number} */ step) => {
      const made = button(label, () => by(step));
      made.setAttribute("aria-label", `${label}（${index + 1}番目の図）`);
      return made;
    };
    controls.append(named("縮小", -25), size, named("拡大", 25));
    const keys = (/** @type {KeyboardEvent} */ event) => {
      const act = { "+": () => by(25), "-": () => by(-25), 0: () => show(100) }[event.key];
      if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      act();
    };
    for (const each of [controls, frame]) each.addEventListener("keydown", keys);
    show(100);
    frame.before(controls);
  };

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll(".neuron-steps").forEach((root) => enhance(root));
    document.querySelectorAll(".neuron-folded .group > a").forEach((link) => fold(link));
    document.querySelectorAll(".neuron-folded .neuron-picture").forEach(zoom);
  });
})();
