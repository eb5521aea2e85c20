// Walks through the picture of `.neuron-steps` one moment at a time, with buttons and arrow keys.
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

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll(".neuron-steps").forEach((root) => enhance(root));
  });
})();
