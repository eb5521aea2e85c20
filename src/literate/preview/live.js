// Follow the builds of `make live`: load the page anew after each, and show what went wrong.
(() => {
  const words = /** @type {Record<string, string>} */ (document.currentScript?.dataset);
  const STYLES = {
    sign: "inset:auto 1rem 1rem auto;border-radius:1rem;background:#333",
    box: "inset:auto 0 0;max-height:50vh;overflow:auto;padding:1rem;background:#7a1020",
    text: "margin:0;font:14px/1.5 monospace;white-space:pre-wrap;overflow-wrap:anywhere",
    button: "float:right;margin:0 0 .5rem 1rem;padding:.2rem .8rem;font:inherit;cursor:pointer",
  };
  /** @type {(name: string, style: string, attributes: Record<string, string>) => HTMLElement} */
  const element = (name, style, attributes) => {
    const made = document.createElement(name);
    made.style.cssText = style;
    for (const attribute in attributes) made.setAttribute(attribute, attributes[attribute]);
    return made;
  };
  const floating = (/** @type {string} */ style) =>
    `position:fixed;z-index:9999;color:#fff;font:14px/1.5 sans-serif;${style}`;

  const sign = element("div", floating(STYLES.sign), { role: "status", "aria-live": "polite" });
  const box = element("section", floating(STYLES.box), { "aria-label": words.problems, tabindex: "0" });
  const text = element("pre", STYLES.text, { role: "alert" });
  const button = element("button", STYLES.button, { type: "button" });
  const close = () => box.remove();
  button.textContent = words.close;
  button.onclick = close;
  box.append(button, text);
  addEventListener("keydown", ({ key }) => key === "Escape" && close());

  const say = (/** @type {boolean} */ building) => {
    sign.textContent = building ? words.building : "";
    sign.style.padding = building ? ".1rem .6rem" : "0"; // empty, it cannot be seen
  };
  document.body.append(sign);

  /** @type {number | null} */
  let loaded = null;
  new EventSource("/-live").onmessage = ({ data }) => {
    const { build, problems, building } = JSON.parse(data);
    if (loaded !== null && build !== loaded) return location.reload();
    say(building);
    if (loaded === build) return;
    loaded = build;
    text.textContent = problems;
    if (problems) document.body.append(box);
  };
})();
