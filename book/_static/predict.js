// Checks a prediction against the folded answers of its question. Nothing is kept.
(() => {
  "use strict";

  const plain = (/** @type {string | null} */ text) =>
    (text ?? "").normalize("NFKC").replace(/−/g, "-").trim();

  /** @type {Record<string, (one: string, other: string, tolerance: number) => boolean>} */
  const SAME = {
    number: (one, other, tolerance) => Math.abs(Number(one) - Number(other)) <= tolerance + 1e-9,
    shape: (one, other) => String(one.match(/\d+/g)) === String(other.match(/\d+/g)),
    choice: (one, other) => one === other,
  };

  /** What the form asks for: a number, the numbers of a shape, or one of the answers. */
  const fields = (/** @type {string} */ kind, /** @type {string[]} */ answers, /** @type {string} */ id) =>
    kind === "choice"
      ? `<fieldset><legend>予想</legend>${answers.map((text) =>
        `<label><input type="radio" name="${id}" required value="${text}">${text}</label>`).join("")}</fieldset>`
      : `<label>予想 <input name="${id}" required autocomplete="off" size="12"${
        kind === "number" ? ' inputmode="decimal"' : ' placeholder="(2, 3)"'}></label>`;

  const enhance = (/** @type {HTMLElement} */ box, /** @type {number} */ place) => {
    const { kind = "", answer = "", tolerance } = box.dataset;
    const right = plain(answer);
    const terms = [...box.querySelectorAll("dt")];
    const form = document.createElement("form");
    const id = `predict-${place}`;
    form.innerHTML = `${fields(kind, terms.map((term) => plain(term.textContent)), id)}
      <button>確かめる</button><div role="status"></div>`;
    const status = /** @type {HTMLElement} */ (form.lastElementChild);

    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const given = plain(String(new FormData(form).get(id)));
      const same = (/** @type {string} */ text) => SAME[kind](given, text, Number(tolerance));
      const met = terms.find((term) => same(plain(term.textContent)));
      const correct = same(right);
      const nearer = Number(given) < Number(right) ? "大きい" : "小さい";
      const hint = kind !== "number" ? "" : given === "" || isNaN(Number(given))
        ? "数で答えてください。" : `正解は、もっと${nearer}数です。`;
      status.className = correct ? "right" : "wrong";
      status.textContent = correct ? "正解です。" : `ちがいます。${met ? "" : hint}`;
      status.append(...[...(met?.nextElementSibling?.cloneNode(true).childNodes ?? [])]);
    });
    box.querySelector("details")?.before(form);
  };

  document.addEventListener("DOMContentLoaded", () => {
    /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".predict")).forEach(enhance);
  });
})();
