/** What CodeMirror says of its own accord, in Dutch and French: its search panel and its announcements. */

/** @type {Record<string, [dutch: string, french: string]>} */
const PHRASES = {
  "Find": ["Zoek", "Chercher"],
  "Replace": ["Vervang door", "Remplacer par"],
  "next": ["volgende", "suivant"],
  "previous": ["vorige", "précédent"],
  "all": ["alle", "tous"],
  "match case": ["hoofdlettergevoelig", "respecter la casse"],
  "regexp": ["reguliere expressie", "expression régulière"],
  "by word": ["hele woorden", "mots entiers"],
  "replace": ["vervang", "remplacer"],
  "replace all": ["vervang alle", "tout remplacer"],
  "close": ["sluit", "fermer"],
  "current match": ["huidige vindplaats", "résultat actuel"],
  "replaced match on line $": ["vervangen op regel $", "remplacé à la ligne $"],
  "replaced $ matches": ["$ keer vervangen", "$ remplacements"],
  "on line": ["op regel", "à la ligne"],
  "Go to line": ["Ga naar regel", "Aller à la ligne"],
  "go": ["ga", "aller"],
  "Completions": ["Aanvullingen", "Complétions"],
  "Diagnostics": ["Bevindingen", "Diagnostics"],
  "No diagnostics": ["Geen bevindingen", "Aucun diagnostic"],
  "Selection deleted": ["Selectie verwijderd", "Sélection supprimée"],
  "Control character": ["Stuurteken", "Caractère de contrôle"],
};

/**
 * The phrases of CodeMirror in a language; none for English, which it speaks itself.
 * @param {string} language
 */
export function phrasesIn(language) {
  const at = ["nl", "fr"].indexOf(language);
  return at < 0 ? {} : Object.fromEntries(Object.entries(PHRASES).map(([phrase, words]) => [phrase, words[at]]));
}
