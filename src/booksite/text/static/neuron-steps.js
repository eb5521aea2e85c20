// Shows the pictures of `.neuron-steps` one at a time, with buttons and arrow keys.
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

  /** @param {HTMLOListElement} list */
  const enhance = (list) => {
    const items = [...list.children];
    let current = 0;

    const position = document.createElement("output");
    const show = (/** @type {number} */ index) => {
      current = Math.min(Math.max(index, 0), items.length - 1);
      items.forEach((item, place) => item.toggleAttribute("hidden", place !== current));
      position.textContent = `${current + 1} / ${items.length}`;
      back.setAttribute("aria-disabled", String(current === 0));
      forward.setAttribute("aria-disabled", String(current === items.length - 1));
      caption.textContent = items[current].querySelector("figcaption")?.textContent ?? "";
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

    list.classList.add("one-at-a-time");
    list.before(controls, caption);
    show(0);
  };

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("ol.neuron-steps").forEach((list) => enhance(list));
  });
})();
