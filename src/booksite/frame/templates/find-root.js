(async () => {
  const links = document.querySelectorAll("a");
  const open = [...links].map((link) => link.getAttribute("href"));
  for (let folder = new URL(".", location.href); location.protocol !== "file:"; ) {
    const mark = await fetch(new URL("objects.inv", folder), { method: "HEAD" });
    if (mark.ok) links.forEach((link, place) => { link.href = new URL(open[place] ?? "", folder).href; });
    if (mark.ok || folder.pathname === "/") return;
    folder = new URL("..", folder);
  }
})();
