// Lets the pictures be moved: by mouse, pen and finger on the picture itself, and by keys.
// A finger that goes up or down scrolls the page, and moves nothing.

(() => {
  "use strict";

  const PAUSE = 400; // ms: so long a hand rests before the change is read aloud
  const SLIP = 6; // px: so far a finger goes before it is clear where to

  const enhance = (/** @type {HTMLElement} */ root) => {
    const picture = Moving.pictures[root.dataset.moving ?? ""];
    const { panels, handles } = Moving.whole(picture);
    const { values } = picture;
    const all = (/** @type {string} */ selector) => [...root.querySelectorAll(selector)];
    const svgs = /** @type {SVGSVGElement[]} */ (all("svg[viewBox][aria-label]"));
    const layers = svgs.map((svg) => /** @type {SVGGElement} */ (svg.querySelector(":scope > g")));
    const knobs = svgs.flatMap((svg) => /** @type {SVGGElement[]} */ ([...svg.querySelectorAll(":scope > .handle")]));
    // The knobs stand in the order of the panels, and of the handles in each.
    const held = panels.flatMap((_, place) => handles.filter(({ panel }) => panel === place));
    const [words] = all(".moving-words");
    const [status] = all("[role=status]");
    const lines = /** @type {HTMLElement[]} */ (all("[data-at]"));
    const buttons = /** @type {HTMLButtonElement[]} */ (all("button"));
    const start = Moving.start(picture);
    let state = start;
    let facts = picture.facts(state);
    /** @type {string[]} */
    const drawn = [];
    let timer = 0;
    let frame = 0;

    const set = (/** @type {Element} */ element, /** @type {string} */ name, /** @type {unknown} */ value) => {
      if (element.getAttribute(name) !== String(value)) element.setAttribute(name, String(value));
    };

    const tellHandles = () => held.forEach((handle, place) => {
      const [x, y] = handle.at(state, facts);
      const knob = knobs[place];
      set(knob, "transform", `translate(${Moving.round(x)} ${Moving.round(y)})`);
      set(knob, "aria-valuenow", state[handle.of[0]]);
      set(knob, "aria-valuetext", handle.of.map((name) =>
        `${handle.of.length > 1 ? `${values[name].label} ` : ""}${Moving.say(values[name], state[name])}`).join("、"));
    });

    const draw = () => {
      frame = 0;
      facts = picture.facts(state);
      panels.forEach((panel, place) => {
        const now = panel.draw(state, facts);
        if (drawn[place] !== now) layers[place].innerHTML = now;
        drawn[place] = now;
      });
      words.innerHTML = Moving.tint(picture.words(state, facts));
      tellHandles();
      for (const line of lines) {
        set(line, "aria-current", line.dataset.at?.split(" ").includes(`${state.step}`) ? "step" : "false");
      }
      for (const button of buttons) {
        const { choice, press, reset } = button.dataset;
        if (choice) set(button, "aria-pressed", state[choice] === button.value);
        if (reset !== undefined) set(button, "aria-disabled", Object.keys(start).every((name) => state[name] === start[name]));
        const off = press && (picture.buttons ?? []).find(({ label }) => label === press)?.off;
        if (off) set(button, "aria-disabled", off(state));
      }
    };

    const change = (/** @type {State} */ changes) => {
      const next = { ...state, ...changes };
      if (Object.keys(next).every((name) => next[name] === state[name])) return;
      state = next;
      if (!frame) frame = requestAnimationFrame(draw);
      clearTimeout(timer);
      timer = window.setTimeout(() => { status.textContent = words.textContent; }, PAUSE);
    };

    const put = (/** @type {string[]} */ names, /** @type {number[]} */ numbers) =>
      change(Object.fromEntries(names.map((name, place) => [name, Moving.snap(values[name], numbers[place])])));

    /** Where on a panel a pointer is. */
    const place = (/** @type {SVGSVGElement} */ svg, /** @type {MouseEvent} */ { clientX, clientY }) => {
      const { left, top, width, height } = svg.getBoundingClientRect();
      const { width: w, height: h } = svg.viewBox.baseVal;
      return [((clientX - left) * w) / width, ((clientY - top) * h) / height];
    };

    /** The handle nearest to a place on a panel, and how far it is away. */
    const nearest = (/** @type {SVGSVGElement} */ svg, /** @type {number[]} */ [x, y]) => {
      const far = held.map((handle) => {
        const [hx, hy] = handle.at(state, facts);
        return svgs[handle.panel] === svg ? Math.hypot(hx - x, hy - y) : Infinity;
      });
      const index = far.indexOf(Math.min(...far));
      return { index, far: far[index] };
    };

    /** @type {null | {index: number, moving: boolean, from: PointerEvent, at: number[], away: number[],
     *   before: State, pointer: number}} */
    let drag = null;
    let dragged = false;

    const down = (/** @type {SVGSVGElement} */ svg, /** @type {PointerEvent} */ event) => {
      dragged = false;
      if (drag || event.button !== 0) return;
      const at = place(svg, event);
      const { index, far } = nearest(svg, at);
      if (!(far <= Moving.REACH)) return;
      const [x, y] = held[index].at(state, facts);
      const touch = event.pointerType === "touch";
      drag = { index, moving: !touch, from: event, at, away: [x - at[0], y - at[1]], before: state, pointer: event.pointerId };
      knobs[index].focus({ preventScroll: true });
      if (!touch) {
        event.preventDefault();
        svg.setPointerCapture(event.pointerId);
      }
    };

    const move = (/** @type {SVGSVGElement} */ svg, /** @type {PointerEvent} */ event) => {
      if (drag?.pointer !== event.pointerId) return;
      if (!drag.moving) {
        const dx = Math.abs(event.clientX - drag.from.clientX);
        const dy = Math.abs(event.clientY - drag.from.clientY);
        if (Math.max(dx, dy) < SLIP) return;
        dragged = true;
        if (dy >= dx) {
          drag = null;
          return;
        }
        drag.moving = true;
      }
      dragged = true;
      const [x, y] = place(svg, event);
      const handle = held[drag.index];
      put(handle.of, handle.to(x + drag.away[0], y + drag.away[1], state));
    };

    const end = (/** @type {PointerEvent} */ event) => {
      if (drag?.pointer !== event.pointerId) return;
      if (event.type === "pointercancel") change(drag.before);
      drag = null;
    };

    /** A tap on a panel takes its nearest handle there. */
    const tap = (/** @type {SVGSVGElement} */ svg, /** @type {MouseEvent} */ event) => {
      const at = place(svg, event);
      const { index, far } = nearest(svg, at);
      if (dragged || !(far > Moving.REACH) || far === Infinity) return;
      put(held[index].of, held[index].to(at[0], at[1], state));
      knobs[index].focus({ preventScroll: true });
    };

    /** @type {Record<string, number[]>} */
    const ARROWS = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowUp: [1, 1], ArrowDown: [1, -1], PageUp: [0, 10], PageDown: [0, -10] };
    const key = (/** @type {number} */ index, /** @type {KeyboardEvent} */ event) => {
      const { of } = held[index];
      const [axis, steps] = ARROWS[event.key] ?? [];
      const name = of[Math.min(axis ?? 0, of.length - 1)];
      const value = values[name];
      if (event.key === "Home") put([name], [value.low]);
      else if (event.key === "End") put([name], [value.high]);
      else if (steps) put([name], [state[name] + steps * value.step * (event.shiftKey ? 10 : 1)]);
      else return;
      event.preventDefault();
      event.stopPropagation(); // else the page would turn
    };

    held.forEach((handle, index) => {
      const [value] = handle.of.map((name) => values[name]);
      const given = { role: "slider", tabindex: 0, "aria-label": handle.label, "aria-valuemin": value.low, "aria-valuemax": value.high };
      Object.entries(given).forEach(([name, now]) => set(knobs[index], name, now));
      knobs[index].addEventListener("keydown", (event) => key(index, event));
    });
    svgs.forEach((svg, index) => {
      if (!held.some(({ panel }) => panel === index)) return;
      svg.setAttribute("role", "group"); // what is in a picture cannot be reached
      svg.addEventListener("pointerdown", (event) => down(svg, event));
      svg.addEventListener("pointermove", (event) => move(svg, event));
      svg.addEventListener("pointerup", end);
      svg.addEventListener("pointercancel", end);
      svg.addEventListener("click", (event) => tap(svg, event));
    });
    root.addEventListener("click", ({ target }) => {
      const button = /** @type {HTMLElement} */ (target).closest("button");
      if (!button || button.getAttribute("aria-disabled") === "true") return;
      const { choice, press } = button.dataset;
      if (choice) change({ [choice]: button.value });
      else if (press) change((picture.buttons ?? []).find(({ label }) => label === press)?.press(state) ?? {});
      else change(start);
    });
    tellHandles();
    root.classList.add("ready");
  };

  addEventListener("load", () =>
    document.querySelectorAll(".moving").forEach((root) => setTimeout(enhance, 0, root)));
})();
