// Checks a prediction against the folded answers of its question, and keeps nothing.
(() => {
  "use strict";

  const plain = (/** @type {string | null | undefined} */ text) =>
    (text ?? "").normalize("NFKC").replace(/−/g, "-").trim();

  /** @type {Record<string, (one: string, other: string, tolerance: number) => boolean>} */
  const SAME = {
    number: (one, other, tolerance) => Math.abs(+one - +other) <= tolerance + 1e-9,
    shape: (one, other) => `${one.match(/\d+/g)}` === `${other.match(/\d+/g)}`,
    choice: (one, other) => one === other,
  };

  const make = (/** @type {string} */ tag, facts = {}, /** @type {(string | Node)[]} */ ...inside) => {
    const element = Object.assign(document.createElement(tag), facts);
    element.append(...inside);
    return element;
  };

  document.querySelectorAll(".predict").forEach((box, place) => {
    const { kind = "", answer, tolerance } = /** @type {HTMLElement} */ (box).dataset;
    const name = `predict-${place}`;
    const terms = [...box.querySelectorAll("dt")];
    const field = (/** @type {object} */ facts, /** @type {string} */ words) =>
      make("label", {}, make("input", { name, required: true, ...facts }), words);
    const inputs = kind === "choice"
      ? terms.map(({ textContent: text }) => field({ type: "radio", value: plain(text) }, text ?? ""))
      : [field({ ariaLabel: "あなたの予想", autocomplete: "off", placeholder: kind === "shape" ? "(2, 3)" : "" }, "")];
    const title = box.querySelector(".predict-title")?.textContent;
    const status = make("div", { role: "status" });
    const form = /** @type {HTMLFormElement} */ (make("form", {},
      make("fieldset", {}, make("legend", {}, "あなたの予想"), ...inputs), make("button", { ariaLabel: `確かめる：${title}` }, "確かめる"), status));

    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const given = plain(`${new FormData(form).get(name)}`);
      const same = (/** @type {string | null | undefined} */ text) =>
        SAME[kind](given, plain(text), Number(tolerance));
      const met = terms.find((term) => same(term.textContent));
      const hint = kind !== "number" || met ? "" : isNaN(+given) ? "数で答えてください。"
        : `もっと${+given < +plain(answer) ? "大きい" : "小さい"}数です。`;
      status.textContent = same(answer) ? "○ 正解です。" : `× ちがいます。${hint}`;
      status.append(...(met?.nextElementSibling?.cloneNode(true).childNodes ?? []));
    });
    box.querySelector("details")?.before(form);
  });
})();
