// What the build writes for the search (src/booksite/search/index.py).
declare const SearchIndex: Parameters<typeof SearchModel.prepare>[0];
declare const SearchTerms: Parameters<typeof SearchModel.prepare>[1];
