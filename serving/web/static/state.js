// What the parts of the page share: the library, the documents that are asked, who wants to know.

const listeners = new Map();

export const state = {
  /** All that there are. */
  libraries: [],
  /** The one that is asked. */
  library: null,
  /** Ids of the documents that the next question is confined to; none: all of them. */
  chosen: new Map(),
};

export function on(event, listener) {
  listeners.set(event, [...(listeners.get(event) ?? []), listener]);
}

export function tell(event, detail) {
  for (const listener of listeners.get(event) ?? []) listener(detail);
}

export const root = () => `/api/libraries/${encodeURIComponent(state.library.library)}`;
export const documentPath = (document) => `${root()}/documents/${document}`;
export const pagePath = (document, page) => `${documentPath(document)}/pages/${page}`;
export const pictureOf = (document, page, width) => `${pagePath(document, page)}/image?width=${width}`;
/** The address of the library, where nothing is open. */
export const home = () => (state.libraries.length > 1 ? `/l/${encodeURIComponent(state.library.library)}` : "/");
