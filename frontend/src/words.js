/**
 * The words of the editor, in Dutch, English and French.
 *
 * @typedef {"nl" | "en" | "fr"} Language
 * @typedef {keyof typeof WORDS} Key
 * @typedef {(key: Key, values?: Record<string, string | number>) => string} Say
 */

/** @type {Language[]} */
export const LANGUAGES = ["nl", "en", "fr"];

export const WORDS = {
  query: ["Vraag in SPARQL", "SPARQL query", "Requête SPARQL"],
  keys: [
    "Ctrl-Enter voert uit, Ctrl-spatie vult aan. Met Esc en dan Tab gaat u de editor uit.",
    "Ctrl-Enter runs, Ctrl-Space completes. Esc, then Tab leaves the editor.",
    "Ctrl-Entrée exécute, Ctrl-Espace complète. Échap puis Tab quitte l'éditeur.",
  ],
  run: ["Voer uit", "Run", "Exécuter"],
  stop: ["Stop", "Stop", "Arrêter"],
  running: ["Bezig, {seconds} s", "Running, {seconds} s", "En cours, {seconds} s"],
  reading: ["{size} gelezen, {seconds} s", "{size} read, {seconds} s", "{size} lus, {seconds} s"],
  stopped: ["Gestopt na {seconds} s; de server rekent er niet aan verder.", "Stopped after {seconds} s; the server has stopped as well.", "Arrêté après {seconds} s ; le serveur s'est arrêté aussi."],
  took: ["{seconds} s", "{seconds} s", "{seconds} s"],
  unreachable: ["De server is niet bereikbaar", "The server cannot be reached", "Le serveur est injoignable"],
  unreachable_detail: ["Ga na of er verbinding is, en probeer het opnieuw.", "Check the connection, and try again.", "Vérifiez la connexion, puis réessayez."],
  broken: ["Het antwoord brak af", "The answer broke off", "La réponse s'est interrompue"],
  broken_detail: ["De server hield op voor het antwoord af was, meestal om een grens aan tijd of geheugen. Vraag minder, of probeer het opnieuw.", "The server stopped before the answer was whole, most often at a limit of time or memory. Ask for less, or try again.", "Le serveur s'est arrêté avant la fin de la réponse, le plus souvent à une limite de temps ou de mémoire. Demandez moins, ou réessayez."],
  too_long: ["Het antwoord is te lang om hier te tonen", "The answer is too long to be shown here", "La réponse est trop longue pour être montrée ici"],
  too_long_detail: ["Download het hieronder, of vraag minder: met LIMIT, of alleen de kolommen die nodig zijn.", "Download it below, or ask for less: with LIMIT, or only for the columns that you need.", "Téléchargez-la ci-dessous ou demandez moins : avec LIMIT, ou seulement les colonnes utiles."],
  error_at: ["Regel {line}, kolom {column}", "Line {line}, column {column}", "Ligne {line}, colonne {column}"],
  go_there: ["Ga erheen", "Go there", "Y aller"],
  declare: ["Voeg PREFIX {name}: <{iri}> toe", "Add PREFIX {name}: <{iri}>", "Ajouter PREFIX {name}: <{iri}>"],
  use_near: ["Bedoelt u {name}: ?", "Did you mean {name}: ?", "Vouliez-vous dire {name}: ?"],
  undeclared: ["Het voorvoegsel {name}: is niet verklaard.", "The prefix {name}: is not declared.", "Le préfixe {name}: n'est pas déclaré."],
  result: ["Antwoord", "Answer", "Réponse"],
  rows: ["{n} rijen", "{n} rows", "{n} lignes"],
  row: ["1 rij", "1 row", "1 ligne"],
  statements: ["{n} uitspraken", "{n} statements", "{n} énoncés"],
  statement: ["1 uitspraak", "1 statement", "1 énoncé"],
  no_rows: ["Geen rijen: niets in de graaf past bij deze vraag.", "No rows: nothing in the graph fits this query.", "Aucune ligne : rien dans le graphe ne répond à cette requête."],
  yes: ["Ja", "Yes", "Oui"],
  no: ["Nee", "No", "Non"],
  table: ["Tabel", "Table", "Tableau"],
  chart: ["Grafiek", "Chart", "Graphique"],
  graph: ["Graaf", "Graph", "Graphe"],
  raw: ["Ruw", "Raw", "Brut"],
  views: ["Weergave van het antwoord", "View of the answer", "Vue de la réponse"],
  filter: ["Zoek in het antwoord", "Find in the answer", "Chercher dans la réponse"],
  filtered: ["{n} van {all} rijen", "{n} of {all} rows", "{n} lignes sur {all}"],
  sort_by: ["Sorteer op {column}", "Sort by {column}", "Trier par {column}"],
  page: ["Rij {from} tot {to} van {all}", "Rows {from} to {to} of {all}", "Lignes {from} à {to} sur {all}"],
  previous: ["Vorige", "Previous", "Précédent"],
  next: ["Volgende", "Next", "Suivant"],
  subject: ["onderwerp", "subject", "sujet"],
  predicate: ["eigenschap", "property", "propriété"],
  object: ["waarde", "value", "valeur"],
  download: ["Hele antwoord als", "Whole answer as", "Réponse entière en"],
  share: ["Delen en hergebruiken", "Share and reuse", "Partager et réutiliser"],
  permalink: ["Adres van deze vraag", "Address of this query", "Adresse de cette requête"],
  pinned: ["Adres van deze vraag aan deze uitgave, {release}", "Address of this query to this release, {release}", "Adresse de cette requête sur cette version, {release}"],
  of_release: ["Uitgave {release}", "Release {release}", "Version {release}"],
  code: ["Als programma", "As a program", "En programme"],
  copy: ["Kopieer", "Copy", "Copier"],
  copied: ["Gekopieerd", "Copied", "Copié"],
  examples: ["Voorbeelden", "Examples", "Exemples"],
  find_example: ["Zoek een voorbeeld", "Find an example", "Chercher un exemple"],
  no_example: ["Geen voorbeeld met die woorden.", "No example with those words.", "Aucun exemple avec ces mots."],
  parameters: ["Invullen", "Fill in", "Paramètres"],
  chart_kind: ["Soort", "Kind", "Type"],
  bar: ["staven", "bars", "barres"],
  line: ["lijn", "line", "ligne"],
  timeline: ["tijdlijn", "timeline", "chronologie"],
  matrix: ["matrix", "matrix", "matrice"],
  by: ["Per", "By", "Par"],
  and: ["en", "and", "et"],
  value: ["Waarde", "Value", "Valeur"],
  start: ["Begin", "Start", "Début"],
  end: ["Eind", "End", "Fin"],
  series: ["Reeks", "Series", "Série"],
  count_rows: ["aantal rijen", "number of rows", "nombre de lignes"],
  none: ["geen", "none", "aucune"],
  no_chart: ["Voor een grafiek is een kolom met getallen, datums of namen nodig.", "A chart needs a column of numbers, dates or names.", "Un graphique demande une colonne de nombres, de dates ou de noms."],
  chart_of: ["{value} per {by}", "{value} by {by}", "{value} par {by}"],
  same_in_table: ["Dezelfde gegevens staan in de tabel.", "The same data is in the table.", "Les mêmes données sont dans le tableau."],
  chart_cut: ["Getoond: {shown} van {all}.", "Shown: {shown} of {all}.", "Montrés : {shown} sur {all}."],
  save_picture: ["Bewaar als SVG", "Save as SVG", "Enregistrer en SVG"],
  graph_of: ["{nodes} dingen en {edges} verbanden", "{nodes} things and {edges} links", "{nodes} choses et {edges} liens"],
  graph_cut: ["De {shown} meest verbonden dingen van {all}.", "The {shown} most connected things of {all}.", "Les {shown} choses les plus reliées sur {all}."],
  graph_list: ["Dezelfde verbanden als lijst", "The same links as a list", "Les mêmes liens en liste"],
  no_graph: ["Voor een graaf zijn twee kolommen met dingen nodig.", "A graph needs two columns of things.", "Un graphe demande deux colonnes de choses."],
  larger: ["Groter", "Larger", "Agrandir"],
  smaller: ["Kleiner", "Smaller", "Réduire"],
  whole: ["Geheel", "Whole", "Entier"],
  save_turtle: ["Bewaar als Turtle", "Save as Turtle", "Enregistrer en Turtle"],
  more_of: ["nog {n}", "{n} more", "encore {n}"],
  picture_of: ["Wat er rondom {name} staat: {nodes} dingen, {edges} verbanden", "What stands around {name}: {nodes} things, {edges} links", "Ce qui entoure {name} : {nodes} choses, {edges} liens"],
  picture_keys: [
    "Klik of Enter laat groeien en klapt weer in; pijltjes gaan van ding naar ding; Delete haalt weg.",
    "Click or Enter grows and folds up; arrow keys go from thing to thing; Delete takes away.",
    "Clic ou Entrée développe et replie ; les flèches vont de chose en chose ; Suppr retire.",
  ],
  grow: ["Laat groeien", "Grow", "Développer"],
  fold: ["Klap in", "Fold up", "Replier"],
  recentre: ["In het midden", "Put in the middle", "Mettre au centre"],
  open_page: ["Pagina", "Its page", "Sa page"],
  take_away: ["Haal weg", "Take away", "Retirer"],
  bring_back: ["Zet {n} terug", "Bring {n} back", "Remettre {n}"],
  full: ["Er is al veel gegroeid: klap eerst iets in.", "Much has grown already: fold something up first.", "Beaucoup est déjà développé : repliez d'abord quelque chose."],
  not_loaded: ["Dit kwam niet van de server; probeer het opnieuw.", "This did not come from the server; try again.", "Ceci n'est pas venu du serveur ; réessayez."],
  kind_policy: ["beleidsdocument", "policy", "politique"],
  kind_element: ["deel van een document", "part of a document", "partie d'un document"],
  kind_party: ["organisatie of groep", "organisation or group", "organisation ou groupe"],
  kind_initiative: ["initiatief", "initiative", "initiative"],
  kind_theme: ["thema of instrument", "theme or instrument", "thème ou instrument"],
  kind_sdg: ["SDG", "SDG", "ODD"],
  kind_place: ["gebied", "place", "lieu"],
  kind_document: ["ander document", "other document", "autre document"],
  kind_other: ["iets anders", "something else", "autre chose"],
  topic_actions: ["Actiepunten", "Action points", "Points d'action"],
  topic_compare: ["Vergelijken", "Compare", "Comparer"],
  topic_evidence: ["Bewijs en kwaliteit", "Evidence and quality", "Preuves et qualité"],
  topic_federated: ["Samen met andere bronnen", "Together with other sources", "Avec d'autres sources"],
  topic_initiatives: ["Initiatieven", "Initiatives", "Initiatives"],
  topic_people: ["Betrokkenen", "Stakeholders", "Parties prenantes"],
  topic_sdg: ["SDG's", "SDGs", "ODD"],
  topic_structure: ["Opbouw van documenten", "Structure of documents", "Structure des documents"],
  topic_takeaways: ["Lessen voor anderen", "Key takeaways", "Enseignements"],
  topic_other: ["Overige", "Other", "Autres"],
  class: ["klasse", "class", "classe"],
  property: ["eigenschap", "property", "propriété"],
  thing: ["ding", "thing", "chose"],
  prefix: ["voorvoegsel", "prefix", "préfixe"],
  variable: ["variabele", "variable", "variable"],
  used: ["{n} keer gebruikt", "used {n} times", "utilisé {n} fois"],
};

/**
 * What says the words of a language; any other language is English.
 * @param {string} language
 * @returns {Say}
 */
export function sayIn(language) {
  const at = Math.max(LANGUAGES.indexOf(/** @type {Language} */ (language)), LANGUAGES.includes(/** @type {Language} */ (language)) ? 0 : 1);
  const numbers = new Intl.NumberFormat(LANGUAGES[at]);
  return (key, values = {}) =>
    /** @type {string} */ (WORDS[key][at]).replace(/\{(\w+)\}/g, (_, name) => {
      const value = values[name] ?? "";
      return typeof value === "number" ? numbers.format(value) : value;
    });
}
