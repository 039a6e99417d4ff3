"""The words of the interface, in one table: Dutch, English, French."""

# ruff: noqa: E501  (a text is one string, however long)

from __future__ import annotations

import re
from functools import cache

from policygraph.web.texts.abouttexts import ABOUT
from policygraph.web.texts.comparetexts import COMPARISONS
from policygraph.web.texts.pagetexts import PAGES
from policygraph.web.texts.searchtexts import SEARCH

LANGUAGES = ("nl", "en", "fr")

NAMES = {"nl": "Nederlands", "en": "English", "fr": "Français"}

_TEXTS: dict[str, tuple[str, str, str]] = {
    **PAGES,
    **COMPARISONS,
    **SEARCH,
    **ABOUT,
    # the frame of every page
    "colon": (":", ":", " :"),
    "skip": ("Naar de inhoud", "Skip to content", "Aller au contenu"),
    "menu": ("Hoofdmenu", "Main menu", "Menu principal"),
    "language": ("Taal", "Language", "Langue"),
    "start": ("Start", "Home", "Accueil"),
    "queries": ("Vragen", "Queries", "Requêtes"),
    "about": ("Over", "About", "À propos"),
    "compare": ("Vergelijken", "Compare", "Comparer"),
    "explore": ("Verkennen", "Explore", "Explorer"),
    "data": ("Data en downloads", "Data & downloads", "Données et fichiers"),
    "search": ("Zoeken", "Search", "Rechercher"),
    "catalogue": ("Catalogus (DCAT)", "Catalogue (DCAT)", "Catalogue (DCAT)"),
    "catalogue_text": (
        "Deze beschrijving is er voor dataportalen. Zij voldoet aan DCAT-AP 3.0.1 en aan DCAT-AP-NL 3.0.",
        "This description is made for data portals. It conforms to DCAT-AP 3.0.1 and to DCAT-AP-NL 3.0.",
        "Cette description est destinée aux portails de données. Elle est conforme à DCAT-AP 3.0.1 et à DCAT-AP-NL 3.0.",
    ),
    "catalogue_harvest": (
        "Oogst dit adres; het geeft Turtle, N-Triples, JSON-LD of RDF/XML naar de Accept-header. Zolang de uitgave dezelfde is, is het antwoord op If-None-Match een 304.",
        "Harvest this address; it gives Turtle, N-Triples, JSON-LD or RDF/XML by the Accept header. As long as the release is the same, If-None-Match is answered with a 304.",
        "Moissonnez cette adresse ; elle donne Turtle, N-Triples, JSON-LD ou RDF/XML selon l'en-tête Accept. Tant que la version est la même, If-None-Match reçoit un 304.",
    ),
    "harvest": ("Oogsten", "Harvest", "Moissonner"),
    "datasets": ("Datasets", "Datasets", "Jeux de données"),
    "publisher": ("Uitgever", "Publisher", "Éditeur"),
    "contact": ("Contact", "Contact", "Contact"),
    "period": ("Periode", "Period", "Période"),
    "places": ("Gebieden", "Places", "Lieux"),
    "languages_of_data": ("Talen", "Languages", "Langues"),
    "endpoint": ("SPARQL-endpoint", "SPARQL endpoint", "Point d'accès SPARQL"),
    "cite": ("Citeren", "Cite", "Citer"),
    "ask_this": ("Vraag dit zelf", "Ask this", "Poser la question"),
    "vocabulary": ("Vocabularium", "Vocabulary", "Vocabulaire"),
    "shapes": ("Regels", "Shapes", "Règles"),
    "downloads": ("Downloads", "Downloads", "Téléchargements"),
    "release": ("Uitgave", "Release", "Version"),
    "of_date": ("van", "of", "du"),
    "licence": ("Licentie", "Licence", "Licence"),
    "fallback": (
        "Wat geen Nederlands label heeft, staat er in het Engels, dan in het Frans, dan in een andere taal.",
        "What has no English label is shown in Dutch, then in French, then in any other language.",
        "Ce qui n'a pas de libellé français est montré en anglais, puis en néerlandais, puis dans une autre langue.",
    ),
    "releases": ("Uitgaven", "Releases", "Versions"),
    "kept_release": (
        "U ziet een bewaarde uitgave: versie {version} van {date}. Zij is niet de huidige.",
        "You are looking at a kept release: version {version} of {date}. It is not the current one.",
        "Vous consultez une version conservée : version {version} du {date}. Ce n'est pas la version actuelle.",
    ),
    "not_kept": (
        "Deze uitgave wordt hier niet bewaard; wat u zocht, kan sindsdien veranderd zijn.",
        "This release is not kept here; what you are looking for may have changed since.",
        "Cette version n'est pas conservée ici ; ce que vous cherchez a pu changer depuis.",
    ),
    "in_current": (
        "Hetzelfde in de huidige uitgave",
        "The same in the current release",
        "La même chose dans la version actuelle",
    ),
    "to_current": (
        "Naar de huidige uitgave",
        "Go to the current release",
        "Aller à la version actuelle",
    ),
    "kept_text": (
        "Elke uitgave blijft zoals zij was. Wie er een aanhaalt, vindt haar terug op haar eigen adres, met alle pagina's, vragen en downloads van toen.",
        "Every release stays as it was. Whoever cites one finds it again at its own address, with all its pages, queries and downloads.",
        "Chaque version reste telle qu'elle était. Qui en cite une la retrouve à sa propre adresse, avec ses pages, ses requêtes et ses téléchargements.",
    ),
    "is_current": ("huidige uitgave", "current release", "version actuelle"),
    "graphs_n": ("{n} grafen", "{n} graphs", "{n} graphes"),
    "graphs_added": ("Nieuwe grafen:", "New graphs:", "Nouveaux graphes :"),
    "graphs_removed": ("Verdwenen grafen:", "Graphs that went:", "Graphes disparus :"),
    "graphs_changed": ("Gewijzigde grafen:", "Graphs that changed:", "Graphes modifiés :"),
    "changes": ("Wat er veranderd is", "What changed", "Ce qui a changé"),
    "changes_since": (
        "Wat er veranderd is sinds {version}",
        "What changed since {version}",
        "Ce qui a changé depuis {version}",
    ),
    "no_changes": (
        "Aan de feiten is niets veranderd.",
        "No fact has changed.",
        "Aucun fait n'a changé.",
    ),
    "sizes": (
        "Uitspraken van de andere grafen",
        "Statements of the other graphs",
        "Énoncés des autres graphes",
    ),
    # the endpoint
    "endpoint_text": (
        "Dit adres beantwoordt vragen volgens het SPARQL 1.1 Protocol:",
        "This address answers queries by the SPARQL 1.1 Protocol:",
        "Cette adresse répond aux requêtes selon le protocole SPARQL 1.1 :",
    ),
    "query": ("Vraag", "Query", "Requête"),
    "run": ("Voer uit", "Run", "Exécuter"),
    "result": ("Antwoord", "Answer", "Réponse"),
    "examples": ("Voorbeelden", "Examples", "Exemples"),
    "rows": ("rijen", "rows", "lignes"),
    "row": ("rij", "row", "ligne"),
    "no_rows": ("Geen rijen.", "No rows.", "Aucune ligne."),
    "cut_rows": (
        "Hier staan alleen de eerste {n} rijen. Het hele antwoord zit in de bestanden hieronder.",
        "Only the first {n} rows are shown here. The whole answer is in the files below.",
        "Seules les {n} premières lignes sont montrées. La réponse entière est dans les fichiers ci-dessous.",
    ),
    "cut_turtle": (
        "Hier staat alleen het begin. Het hele antwoord zit in de bestanden hieronder.",
        "Only the beginning is shown here. The whole answer is in the files below.",
        "Seul le début est montré. La réponse entière est dans les fichiers ci-dessous.",
    ),
    "whole_answer": ("Hele antwoord als", "Whole answer as", "Réponse entière en"),
    "true": ("Ja", "Yes", "Oui"),
    "false": ("Nee", "No", "Non"),
    "error_at": (
        "Regel {line}, kolom {column}",
        "Line {line}, column {column}",
        "Ligne {line}, colonne {column}",
    ),
    # queries
    "parameters": ("Parameters", "Parameters", "Paramètres"),
    "prefixes": ("Prefixen", "Prefixes", "Préfixes"),
    "queries_text": (
        "Vragen die deze graaf beantwoordt. Elke vraag opent in de editor.",
        "Questions that this graph answers. Each opens in the editor.",
        "Questions auxquelles ce graphe répond. Chacune s'ouvre dans l'éditeur.",
    ),
    "no_queries": (
        "Er zijn geen bewaarde vragen.",
        "There are no saved queries.",
        "Aucune requête enregistrée.",
    ),
    "run_query": ("Open in de editor", "Open in the editor", "Ouvrir dans l'éditeur"),
    # downloads
    "download_text": (
        "Een uitgave verandert nooit: dezelfde naam geeft dezelfde bytes. De namen van de bestanden zijn vast.",
        "A release never changes: the same name gives the same bytes. The names of the files are fixed.",
        "Une version ne change jamais : le même nom donne les mêmes octets. Les noms des fichiers sont fixes.",
    ),
    "everything": ("Alles", "Everything", "Tout"),
    "by_graph": ("Per document en lijst", "By document and list", "Par document et liste"),
    "by_graph_text": (
        "Elk document, en elke lijst die documenten delen, is een graaf met bestanden van zichzelf.",
        "Each document, and each list that documents share, is a graph with files of its own.",
        "Chaque document, et chaque liste que les documents partagent, est un graphe avec ses propres fichiers.",
    ),
    "tables": ("Tabellen", "Tables", "Tableaux"),
    "graph": ("Graaf", "Graph", "Graphe"),
    "file": ("Bestand", "File", "Fichier"),
    "size": ("Grootte", "Size", "Taille"),
    "compressed": ("Ingepakt", "Compressed", "Compressé"),
    "checksum": ("SHA-256", "SHA-256", "SHA-256"),
    "no_files": (
        "Dit is een spiegel van andermans bestanden; er is hier niets te downloaden.",
        "This mirrors the files of somebody else; there is nothing to download here.",
        "Ceci reproduit les fichiers d'un tiers ; il n'y a rien à télécharger ici.",
    ),
    "manifest": (
        "Manifest met alle controlesommen",
        "Manifest with all checksums",
        "Manifeste avec toutes les sommes de contrôle",
    ),
    "also": ("Ook", "Also", "Aussi"),
    # the feed
    "feed": ("Volgen", "Follow", "Suivre"),
    "feed_text": (
        "Wie een kopie van deze graaf bijhoudt, haalt hier bij elke uitgave alleen de grafen op die anders zijn geworden.",
        "If you keep a copy of this graph, this is where you fetch, with each release, only the graphs that have changed.",
        "Qui tient une copie de ce graphe ne récupère ici, à chaque version, que les graphes qui ont changé.",
    ),
    "feed_for_programs": (
        "Dit is een Linked Data Event Stream. Geef een LDES-client dit adres:",
        "This is a Linked Data Event Stream. Give an LDES client this address:",
        "Ceci est un Linked Data Event Stream. Donnez cette adresse à un client LDES :",
    ),
    "feed_kept": (
        "De stroom begint bij de oudste uitgave die bewaard is, met alle grafen. Wie voor het laatst bij een nog oudere uitgave keek, begint opnieuw.",
        "The stream begins at the oldest release that is kept, with every graph. If you last looked at an older one still, start again.",
        "Le flux commence à la plus ancienne version conservée, avec tous les graphes. Si votre dernier passage est plus ancien encore, recommencez.",
    ),
    "changed_graphs": ("Veranderde grafen", "Changed graphs", "Graphes modifiés"),
    "removed": ("verwijderd", "removed", "supprimé"),
    "unchanged": ("Geen graaf is veranderd.", "No graph has changed.", "Aucun graphe n'a changé."),
    "feed_node_text": (
        "De grafen die in deze uitgave anders zijn dan in de vorige die bewaard is.",
        "The graphs that differ in this release from the one kept before it.",
        "Les graphes qui, dans cette version, diffèrent de la version conservée précédente.",
    ),
    "feed_first_text": (
        "De oudste uitgave die bewaard is: alle grafen.",
        "The oldest release that is kept: every graph.",
        "La plus ancienne version conservée : tous les graphes.",
    ),
    # ontology and shapes
    "classes": ("Klassen", "Classes", "Classes"),
    "individuals": ("Waarden", "Values", "Valeurs"),
    "from": ("van", "from", "de"),
    "to": ("naar", "to", "vers"),
    "version": ("versie", "version", "version"),
    "shapes_text": (
        "Waaraan data moet voldoen voordat ze wordt uitgegeven.",
        "What data must meet before it is released.",
        "Ce à quoi les données doivent satisfaire avant publication.",
    ),
    "applies_to": ("Geldt voor", "Applies to", "S'applique à"),
    "shape_parts": (
        "Onderdelen van regels: voorwaarden, queries en prefixen",
        "Parts of rules: conditions, queries and prefixes",
        "Éléments des règles : conditions, requêtes et préfixes",
    ),
    "rule": ("Regel", "Rule", "Règle"),
    # errors
    "replaced_by": ("Vervangen door", "Replaced by", "Remplacé par"),
    "back": ("Naar de startpagina", "To the home page", "Vers l'accueil"),
}

_REFUSALS = {
    400: (
        "Deze vraag kan niet worden gelezen",
        "This request cannot be read",
        "Cette demande ne peut pas être lue",
    ),
    404: ("Deze pagina is er niet", "There is no such page", "Cette page n'existe pas"),
    410: ("Dit is ingetrokken", "This was withdrawn", "Ceci a été retiré"),
}

_COUNTED: dict[str, tuple[tuple[str, str], tuple[str, str], tuple[str, str]]] = {
    "policies": (
        ("beleidsdocument", "beleidsdocumenten"),
        ("policy", "policies"),
        ("politique", "politiques"),
    ),
    "principles": (
        ("uitgangspunt", "uitgangspunten"),
        ("principle", "principles"),
        ("principe", "principes"),
    ),
    "pillars": (("pijler", "pijlers"), ("pillar", "pillars"), ("pilier", "piliers")),
    "actions": (
        ("actiepunt", "actiepunten"),
        ("action point", "action points"),
        ("point d'action", "points d'action"),
    ),
    "stakeholders": (
        ("organisatie of groep", "organisaties en groepen"),
        ("organisation or group", "organisations and groups"),
        ("organisation ou groupe", "organisations et groupes"),
    ),
    "initiatives": (
        ("initiatief", "initiatieven"),
        ("initiative", "initiatives"),
        ("initiative", "initiatives"),
    ),
    "alignments": (
        ("verband met een SDG", "verbanden met SDG's"),
        ("link to an SDG", "links to SDGs"),
        ("lien avec un ODD", "liens avec les ODD"),
    ),
    "statements": (("triple", "triples"), ("triple", "triples"), ("triplet", "triplets")),
}
"""What is counted, by key: the word for one and for several."""


def counted(language: str, key: str, number: int) -> str:
    """Return the word for a number of things: French has the singular for 0 as well as 1."""
    one, several = _COUNTED[key][LANGUAGES.index(language)]
    words = one if number == 1 or (number == 0 and language == "fr") else several
    return _typeset(language, words)


def text(language: str, key: str, **values: object) -> str:
    """Return a text of the interface; a key that is not in the table is a KeyError."""
    words = _typeset(language, _TEXTS[key][LANGUAGES.index(language)])
    return words.format(**values) if values else words


@cache
def _typeset(language: str, words: str) -> str:
    """Return words as they are printed: no mark of French begins a line, apostrophes are curved."""
    words = words.replace("'", "\u2019")
    return re.sub(r" (?=[:;?!»])|(?<=«) ", "\u00a0", words) if language == "fr" else words


def refusal(language: str, status: int) -> str:
    """Return what a status tells a reader; nothing for those that only English has words for."""
    words = _REFUSALS.get(status)
    return _typeset(language, words[LANGUAGES.index(language)]) if words else ""
