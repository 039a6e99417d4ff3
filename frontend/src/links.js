/** Where an IRI leads: to a page of ours, to a page of others, or nowhere. */

/** @typedef {{ href: string, external: boolean }} Target */

/**
 * The address behind an IRI; none if following it would be unsafe.
 * @param {string} iri
 * @param {{ base: string, root: string, language: string }} site
 *   the portal's base IRI, the path that it is served below, and the language to keep in links, if any
 * @returns {Target | null}
 */
export function target(iri, { base, root, language }) {
  if (!iri.startsWith(base)) return /^https?:\/\//.test(iri) ? { href: iri, external: true } : null;
  const path = iri.slice(base.length);
  const kept = language ? `?lang=${language}` : "";
  const hash = /^(ns|shapes)#(.*)$/.exec(path);
  if (hash) return { href: `${root}/${hash[1]}${kept}#${hash[2]}`, external: false };
  const page = path.startsWith("id/") ? `doc/${path.slice(3)}` : path.startsWith("graph/") ? `doc/${path}` : path;
  return { href: `${root}/${page.split("/").map(encodeURI).join("/").replaceAll("?", "%3F")}${kept}`, external: false };
}
