"""The words of the interface, in one table: Dutch, English, French."""

# ruff: noqa: E501  (a text is one string, however long)

from __future__ import annotations

LANGUAGES = ("nl", "en", "fr")

NAMES = {"nl": "Nederlands", "en": "English", "fr": "Français"}

_TEXTS: dict[str, tuple[str, str, str]] = {
    # the frame of every page
    "skip": ("Naar de inhoud", "Skip to content", "Aller au contenu"),
    "menu": ("Hoofdmenu", "Main menu", "Menu principal"),
    "language": ("Taal", "Language", "Langue"),
    "start": ("Start", "Home", "Accueil"),
    "queries": ("Vragen", "Queries", "Requêtes"),
    "about": ("Over", "About", "À propos"),
    "compare": ("Vergelijken", "Compare", "Comparer"),
    "explore": ("Verkennen", "Explore", "Explorer"),
    "data": ("Data en downloads", "Data & downloads", "Données et téléchargements"),
    "search": ("Zoeken", "Search", "Rechercher"),
    "catalogue": ("Catalogus (DCAT)", "Catalogue (DCAT)", "Catalogue (DCAT)"),
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
    "to_current": (
        "Naar de huidige uitgave",
        "Go to the current release",
        "Aller à la version actuelle",
    ),
    # start page
    "inside": ("Wat erin staat", "What is inside", "Contenu"),
    "policies": ("Beleidsdocumenten", "Policies", "Politiques"),
    "no_policies": (
        "Er is nog geen beleidsdocument beschreven.",
        "No policy is described yet.",
        "Aucune politique n'est encore décrite.",
    ),
    "figures_note": (
        "Elk getal is het antwoord op een vraag: volg het en u ziet de SPARQL erachter.",
        "Each number is the answer to a query: follow it and you see the SPARQL behind it.",
        "Chaque nombre est la réponse à une requête : suivez-le pour voir le SPARQL qui le donne.",
    ),
    "search_label": (
        "Zoek een beleidsdocument, organisatie, initiatief of thema",
        "Find a policy, an organisation, an initiative or a theme",
        "Chercher une politique, une organisation, une initiative ou un thème",
    ),
    "policies_text": (
        "Elk document met zijn datum, zijn gebied en wat het telt. Nieuwste eerst.",
        "Each document with its date, its place and what it consists of. Newest first.",
        "Chaque document avec sa date, son territoire et son contenu. Les plus récents d'abord.",
    ),
    "timeline_note": (
        "Nieuwste eerst. De streep staat waar het document is uitgegeven.",
        "Newest first. The mark stands where the document was issued.",
        "Les plus récentes d'abord. La marque se trouve à la date de publication.",
    ),
    "document": ("Document", "Document", "Document"),
    "issued": ("Uitgegeven", "Issued", "Publié"),
    "where": ("Gebied", "Place", "Territoire"),
    "binding": ("Hoe bindend", "How binding", "Caractère contraignant"),
    "by_places": ("Per land of gebied", "By country or place", "Par pays ou territoire"),
    "by_places_note": (
        "Met het aantal documenten dat er geldt.",
        "With the number of documents that apply there.",
        "Avec le nombre de documents qui s'y appliquent.",
    ),
    "by_themes": ("Per thema", "By theme", "Par thème"),
    "by_themes_note": (
        "Waarover uitgangspunten gaan, met het aantal documenten.",
        "What principles are about, with the number of documents.",
        "Ce dont parlent les principes, avec le nombre de documents.",
    ),
    "by_instruments": ("Per instrument", "By instrument", "Par instrument"),
    "by_instruments_note": (
        "Waarmee actiepunten werken, met het aantal documenten.",
        "What action points work with, with the number of documents.",
        "Ce que mobilisent les points d'action, avec le nombre de documents.",
    ),
    "by_sdgs_note": (
        "Met het aantal documenten dat met het doel of met een van zijn targets is verbonden.",
        "With the number of documents linked to the goal or to one of its targets.",
        "Avec le nombre de documents liés à l'objectif ou à l'une de ses cibles.",
    ),
    "takeaways_for": ("Lessen voor", "Takeaways for", "Enseignements pour"),
    "takeaways_note": (
        "Wat een analist eruit meeneemt; het staat niet in het document zelf.",
        "What an analyst takes from it; it does not stand in the document itself.",
        "Ce qu'un analyste en retient ; le document lui-même ne le dit pas.",
    ),
    "ask": ("Bevragen", "Ask (SPARQL)", "Interroger"),
    "ask_note": (
        "SPARQL 1.1, open voor iedereen, zonder sleutel.",
        "SPARQL 1.1, open to everybody, without a key.",
        "SPARQL 1.1, ouvert à tous, sans clé.",
    ),
    "queries_text_short": (
        "Of begin met een bewaarde vraag",
        "Or begin with a saved query",
        "Ou commencez par une requête enregistrée",
    ),
    "releases_text": (
        "Uitgaven en wat erin veranderde",
        "Releases and what changed in them",
        "Les versions et ce qui y a changé",
    ),
    "ask_text": (
        "Alles hier is met SPARQL te bevragen, door mensen en door programma's. Het adres van het endpoint is",
        "Everything here can be asked in SPARQL, by people and by programs. The address of the endpoint is",
        "Tout ce qui se trouve ici s'interroge en SPARQL, par les personnes et par les programmes. L'adresse du point d'accès est",
    ),
    "open_editor": ("Open de editor", "Open the editor", "Ouvrir l'éditeur"),
    "take": ("Meenemen", "Take it with you", "Emporter"),
    "take_text": (
        "De volledige graaf en elk onderdeel zijn te downloaden als Turtle, N-Triples, JSON-LD en N-Quads, met controlesommen.",
        "The whole graph and each part of it can be downloaded as Turtle, N-Triples, JSON-LD and N-Quads, with checksums.",
        "Le graphe entier et chacune de ses parties se téléchargent en Turtle, N-Triples, JSON-LD et N-Quads, avec sommes de contrôle.",
    ),
    "all_downloads": ("Alle downloads", "All downloads", "Tous les téléchargements"),
    "statements": ("uitspraken", "statements", "énoncés"),
    # a policy
    "at_a_glance": ("In het kort", "At a glance", "En bref"),
    "contents": ("Op deze pagina", "On this page", "Sur cette page"),
    "principles": ("Uitgangspunten", "Principles", "Principes"),
    "pillars": ("Pijlers", "Pillars", "Piliers"),
    "structure": (
        "Pijlers en actiepunten",
        "Pillars and action points",
        "Piliers et points d'action",
    ),
    "actions": ("Actiepunten", "Action points", "Points d'action"),
    "pillar": ("Pijler", "Pillar", "Pilier"),
    "loose": (
        "Niet aan een pijler toegewezen",
        "Not attributed to a pillar",
        "Non rattachés à un pilier",
    ),
    "listed": ("Genoemde actiepunten", "Listed action points", "Points d'action énumérés"),
    "in_text": ("In de lopende tekst", "In the running text", "Dans le corps du texte"),
    "in_text_note": (
        "toezeggingen die het document niet in een lijst opneemt.",
        "commitments that the document does not put into a list.",
        "engagements que le document ne reprend pas dans une liste.",
    ),
    "no_actions": (
        "Het document noemt onder deze pijler geen actiepunten.",
        "The document lists no action points under this pillar.",
        "Le document n'énumère aucun point d'action sous ce pilier.",
    ),
    "count_listed": ("genoemd", "listed", "énumérés"),
    "count_in_text": ("in de tekst", "in the text", "dans le texte"),
    "official_name": ("In het document", "In the document", "Dans le document"),
    "goals": ("Doelen", "Goals", "Objectifs"),
    "risks": ("Risico's", "Risks", "Risques"),
    "takeaways": ("Wat anderen eruit meenemen", "Key takeaways", "Enseignements"),
    "for": ("Voor", "For", "Pour"),
    "points_to": ("Verwijst naar", "Points to", "Renvoie à"),
    "sdgs": (
        "Duurzame-ontwikkelingsdoelen",
        "Sustainable Development Goals",
        "Objectifs de développement durable",
    ),
    "stated": ("Zegt het document zelf", "Stated in the document", "Énoncé dans le document"),
    "interpreted": (
        "Interpretatie van een curator",
        "Interpretation by a curator",
        "Interprétation d'un curateur",
    ),
    "none_stated": (
        "Het document noemt zelf geen doel.",
        "The document itself names no goal.",
        "Le document lui-même ne cite aucun objectif.",
    ),
    "concerning": ("Bij", "Of", "Pour"),
    "why": ("Waarom", "Why", "Pourquoi"),
    "involved": ("Wie erbij betrokken is", "Who is involved", "Qui est concerné"),
    "who": ("Wie", "Who", "Qui"),
    "role": ("Rol", "Role", "Rôle"),
    "named_as": ("genoemd als", "named as", "nommé"),
    "relations": ("Andere documenten", "Other documents", "Autres documents"),
    "score": ("Impactscore", "Impact score", "Score d'impact"),
    "status": ("Stand", "Status", "État"),
    "initiatives": ("Initiatief", "Initiative", "Initiative"),
    "realises": ("Werkt uit", "Realises", "Met en œuvre"),
    "notes": ("Opmerkingen van de redactie", "Editorial notes", "Notes éditoriales"),
    "evidence": ("Bewijs", "Evidence", "Preuve"),
    "stands_in": ("Staat in", "Stands in", "Se trouve dans"),
    "seen_in": ("Gezien in", "Seen in", "Vu dans"),
    "place": ("Plaats", "Place", "Endroit"),
    "by": ("Volgens", "According to", "Selon"),
    "wrong": ("Klopt het niet?", "Is it wrong?", "Une erreur ?"),
    "report": ("Meld een fout", "Report an error", "Signaler une erreur"),
    "interpretation": ("interpretatie", "interpretation", "interprétation"),
    # any other thing
    "properties": ("Eigenschappen", "Properties", "Propriétés"),
    "pointing": ("Wat hiernaar verwijst", "What points to this", "Ce qui y renvoie"),
    "nothing_said": (
        "Hier wordt zelf niets over gezegd.",
        "Nothing is said about it here.",
        "Rien n'en est dit ici.",
    ),
    "next": ("Volgende", "Next", "Suivant"),
    "previous": ("Vorige", "Previous", "Précédent"),
    "page": ("Pagina", "Page", "Page"),
    "address": ("Adres", "Address", "Adresse"),
    "this_as": ("Dit als data", "This as data", "Ces données en"),
    "all_pointing": (
        "Alles wat hiernaar verwijst",
        "Everything that points to this",
        "Tout ce qui y renvoie",
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
    "above": ("onder", "below", "sous"),
    "from": ("van", "from", "de"),
    "to": ("naar", "to", "vers"),
    "version": ("versie", "version", "version"),
    "shapes_text": (
        "Waaraan data moet voldoen voordat ze wordt uitgegeven.",
        "What data must meet before it is released.",
        "Ce à quoi les données doivent satisfaire avant publication.",
    ),
    "applies_to": ("Geldt voor", "Applies to", "S'applique à"),
    "rule": ("Regel", "Rule", "Règle"),
    # errors
    "replaced_by": ("Vervangen door", "Replaced by", "Remplacé par"),
    "back": ("Naar de startpagina", "To the home page", "Vers l'accueil"),
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
    "statements": (("uitspraak", "uitspraken"), ("statement", "statements"), ("énoncé", "énoncés")),
}
"""What is counted, by key: the word for one and for several."""


def counted(language: str, key: str, number: int) -> str:
    """Return the word for a number of things: French has the singular for 0 as well as 1."""
    one, several = _COUNTED[key][LANGUAGES.index(language)]
    return one if number == 1 or (number == 0 and language == "fr") else several


def text(language: str, key: str, **values: object) -> str:
    """Return a text of the interface; a key that is not in the table is a KeyError."""
    words = _TEXTS[key][LANGUAGES.index(language)]
    return words.format(**values) if values else words
