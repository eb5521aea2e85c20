// The still of a picture that can be moved: only the build writes it.

Object.assign(Moving, (() => {
  "use strict";
  const { pictures, round, start, tint, whole, REACH, WIDTH } = Moving;

  const escape = (/** @type {string} */ words) =>
    words.replace(/[&<"]/g, (letter) => ({ "&": "&amp;", "<": "&lt;", '"': "&quot;" })[letter] ?? "");

  /**
   * The picture as it stands in the page before anybody moves it: with what a script makes use of,
   * without it, and in words.
   * @param {string} name
   * @param {string} style
   * @param {{name: string, lines: {number: number, text: string, at: number[]}[]}[]} [code]  what runs,
   *   each line with the steps at which it does
   */
  const begin = (name, style, code = []) => {
    const picture = pictures[name];
    const { panels, handles } = whole(picture);
    const s = start(picture);
    const f = picture.facts(s);
    const drawn = panels.map(({ label, width = WIDTH, height, draw, ground = "" }, place) => {
      const knobs = handles.filter(({ panel }) => panel === place).map((handle) => {
        const [x, y] = handle.at(s, f);
        return `<g class="handle${handle.kind ? ` ${handle.kind}` : ""}" transform="translate(${round(x)} ${round(y)})">` +
          `<circle class="reach" r="${REACH}"/><circle class="knob" r="8"/></g>`;
      }).join("");
      const slider = place >= picture.panels.length;
      return `<svg xmlns="http://www.w3.org/2000/svg"${slider ? ' class="moving-slider"' : ""} viewBox="0 0 ${width} ${height}" ` +
        `width="${width}" height="${height}" role="img" aria-label="${escape(label)}" aria-describedby="moving-${name}">` +
        `${place ? "" : `<style>${style}</style>`}<g>${draw(s, f)}</g>${ground}${knobs}</svg>`;
    });
    const shown = drawn.slice(0, picture.panels.length).join("");
    const sliders = drawn.slice(picture.panels.length);
    const choices = Object.entries(picture.choices ?? {}).map(([key, { label, options, start: chosen }]) =>
      `<div role="group" aria-label="${label}"><span>${label}</span>${Object.entries(options).map(([value, words]) =>
        `<button type="button" data-choice="${key}" value="${value}" aria-pressed="${value === chosen}">${words}</button>`)
        .join("")}</div>`);
    const buttons = (picture.buttons ?? []).map(({ label, off }) =>
      `<button type="button" data-press="${label}" aria-disabled="${off ? off(s) : false}">${label}</button>`).join("");
    // What walks through code stands between the panels and the code: all three are seen at once.
    const walk = code.length ? `<div class="moving-controls">${sliders.shift()}<div>${buttons}</div></div>` : "";
    const controls = `<div class="moving-controls"><p>${picture.how}</p>${choices.join("")}${sliders.join("")}<div>${walk ? "" : buttons}` +
      `<button type="button" data-reset="" aria-disabled="true" aria-label="はじめに戻す（${picture.title}）">はじめに戻す</button></div></div>` +
      '<p class="visually-hidden" role="status"></p>';
    const words = picture.words(s, f);
    const listing = code.map(({ name: method, lines }) => `<div><p><code>${method}</code></p><ol>${lines.map(({ number, text: told, at }) =>
      `<li value="${number}" data-at="${at.join(" ")}" aria-current="${at.includes(s.step) ? "step" : "false"}"><code>` +
      `${escape(told).replace(/^( +)?(.*)/, (_, indent, rest) => `${indent ? `<span>${indent}</span>` : ""}<span>${rest}</span>`)}</code></li>`).join("")}</ol></div>`);
    const figure = (/** @type {string} */ under, /** @type {string[]} */ methods) =>
      `<figure class="moving" data-moving="${name}"><figcaption>${picture.title}</figcaption><div class="moving-panels">` +
      `${code.length ? `<div>${shown}${under}</div><div class="moving-code">${methods.join("")}</div>` : shown}</div>` +
      `<p class="moving-words" id="moving-${name}">${tint(words)}</p>`;
    const running = listing.filter((method) => method.includes('"step"'));
    return { alive: `${figure(walk, listing)}${controls}</figure>`, still: `${figure("", running)}</figure>`, words };
  };

  return { begin };
})());
