// Follow the builds of `make live`: load the page anew after each, and show what went wrong.
(() => {
  let loaded = null;
  const box = document.createElement("pre");
  box.setAttribute("role", "alert");
  box.style.cssText =
    "position:fixed;inset:auto 0 0;max-height:50vh;overflow:auto;margin:0;padding:1rem;" +
    "z-index:9999;background:#7a1020;color:#fff;font:14px/1.5 monospace;white-space:pre-wrap";
  new EventSource("/-live").onmessage = ({ data }) => {
    const { build, problems } = JSON.parse(data);
    if (loaded !== null && build !== loaded) location.reload();
    loaded = build;
    box.textContent = problems;
    if (problems) document.body.append(box);
    else box.remove();
  };
})();
