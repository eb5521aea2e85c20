// Types that scripts share, and readers need not load.

// src/booksite/search: what the build writes, …
declare const SearchIndex: [url: string, ...[id: string, heading: string, text: string, rest: string][]][];
declare const SearchTerms: Record<string, string>; // a term: the page that teaches it
// … what the model makes of it, …
interface SearchPage {
  url: string;
  title: string;
  teaches: (term: string) => boolean;
  sections: Record<"id" | "heading" | "text" | "head" | "body" | "rest", string>[];
}
// … and what the view shows.
type SearchAnswer = ReturnType<typeof SearchModel.find>;
type SearchHit = SearchAnswer["found"][number];
type MakeElement = <T extends keyof HTMLElementTagNameMap>(
  tag: T, attributes?: Record<string, string>, ...children: (Node | string)[]) => HTMLElementTagNameMap[T];

// src/booksite/text/static/neuron-steps.js: what the build gives these classes to.
interface ParentNode {
  querySelectorAll(selectors: ".neuron-steps" | ".neuron-folded .neuron-picture"): NodeListOf<HTMLElement>;
  querySelectorAll(selectors: ".neuron-folded .group > a"): NodeListOf<SVGAElement>;
}

// src/booksite/text/margin_notes.js: a place in the glossary, to the term, its meaning, and the page that teaches it.
declare const MarginNotes: Record<string, [name: string, text: string, page: string]>;
