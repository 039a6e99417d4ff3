"""The words of the pages about the graph, and of its queries: Dutch, English, French."""

# ruff: noqa: E501  (a text is one string, however long)

from __future__ import annotations

ABOUT: dict[str, tuple[str, str, str]] = {
    "about_title": ("Over deze graaf", "About this graph", "À propos de ce graphe"),
    "about_pages": (
        "Meer over deze graaf",
        "More about this graph",
        "En savoir plus sur ce graphe",
    ),
    "what_it_is": ("Wat dit is", "What this is", "De quoi il s'agit"),
    "what_it_is_text": (
        "Elk beleidsdocument is uit elkaar gehaald: wat erin staat, wie erbij betrokken is, en waarop het lijkt of voortbouwt. Onderdelen van verschillende documenten komen samen in gedeelde lijsten van thema's, instrumenten, rollen en doelen. Zo zijn ze te vergelijken, ook als ze andere woorden gebruiken.",
        "Each policy document is taken apart: what it says, who is involved, and what it resembles or builds on. Parts of different documents meet in shared lists of themes, instruments, roles and goals. So they can be compared, even where they use other words.",
        "Chaque document est décomposé : ce qu'il dit, qui y participe, ce à quoi il ressemble ou ce qu'il prolonge. Les parties de documents différents se rejoignent dans des listes communes de thèmes, d'instruments, de rôles et d'objectifs. Elles peuvent donc être comparées, même lorsque les mots diffèrent.",
    ),
    "what_it_is_not": (
        "De beschrijvingen zijn voor deze graaf geschreven en vervangen het document niet. Wie het beleid zelf nodig heeft, volgt de verwijzing naar de bron.",
        "The descriptions were written for this graph and do not replace the document. If you need the policy itself, follow the link to its source.",
        "Les descriptions ont été rédigées pour ce graphe et ne remplacent pas le document. Pour la politique elle-même, suivez le lien vers la source.",
    ),
    "evidence_title": ("Hoe zeker het is", "How sure it is", "Degré de certitude"),
    "evidence_text": (
        "Bij elke uitspraak staat in welke tekst zij is gezien, op welke plaats, en hoe zeker zij dus is. Een merkteken en een woord zeggen het samen; klap het open voor de vindplaats.",
        "Each statement says in which text it was seen, at which place, and so how sure it is. A mark and a word say it together; unfold it to see the place.",
        "Chaque énoncé indique le texte où il a été lu, l'endroit, et donc son degré de certitude. Un repère et un mot le disent ensemble ; dépliez-le pour voir l'endroit.",
    ),
    "level": ("Merkteken", "Mark", "Repère"),
    "meaning": ("Betekenis", "Meaning", "Signification"),
    "claims": ("Uitspraken", "Statements", "Énoncés"),
    "basis_title": (
        "Wie het verband legt",
        "Who makes the link",
        "Qui établit le lien",
    ),
    "basis_text": (
        "Een verband met een doel, een rol of een ander document staat in het document zelf, of een curator leest het erin. Dat verschil is overal te zien: een effen rand of vlak voor wat het document zegt, een gestreepte rand voor interpretatie. Bij een interpretatie staat waarom.",
        "A link to a goal, a role or another document stands in the document itself, or a curator reads it there. The difference shows everywhere: a whole line or tile for what the document says, a broken line for interpretation. An interpretation says why.",
        "Un lien avec un objectif, un rôle ou un autre document se trouve dans le document lui-même, ou un curateur l'y lit. La différence est visible partout : trait ou carré plein pour ce que dit le document, trait pointillé pour l'interprétation. Une interprétation dit pourquoi.",
    ),
    "links_n": ("Verbanden", "Links", "Liens"),
    "wrong_title": ("Een fout gezien?", "Seen an error?", "Une erreur ?"),
    "wrong_text": (
        "Vouw het bewijs bij de uitspraak open: daar staat een koppeling om de fout te melden, met het adres van de uitspraak erin.",
        "Unfold the evidence of the statement: a link there reports the error, with the address of the statement in it.",
        "Dépliez la preuve de l'énoncé : un lien y permet de signaler l'erreur, avec l'adresse de l'énoncé.",
    ),
    "wrong_contact": (
        "Meld de fout aan de uitgever, met het adres van de pagina:",
        "Tell the publisher, with the address of the page:",
        "Signalez-la à l'éditeur, avec l'adresse de la page :",
    ),
    "licences_title": ("Licenties", "Licences", "Licences"),
    "licence_data": ("De data", "The data", "Les données"),
    "licence_code": ("De software", "The software", "Le logiciel"),
    "licence_sources": (
        "De beleidsdocumenten zelf blijven van wie ze uitgaf. De graaf citeert hun namen en titels, en neemt geen passages over.",
        "The policy documents themselves remain with those who issued them. The graph quotes their names and titles and copies no passages.",
        "Les documents eux-mêmes restent à ceux qui les ont publiés. Le graphe cite leurs noms et leurs titres et ne reproduit aucun passage.",
    ),
    "who_title": ("Wie dit maakt", "Who makes this", "Qui le fait"),
    # the model
    "model": ("Het model", "The model", "Le modèle"),
    "model_short": (
        "Welke soorten dingen er zijn, en wat ze met elkaar verbindt.",
        "Which kinds of things there are, and what links them.",
        "Quelles sortes de choses existent, et ce qui les relie.",
    ),
    "model_text": (
        "De soorten dingen in de graaf en hoe ze naar elkaar verwijzen. De tekening is gemaakt uit het vocabularium van deze uitgave.",
        "The kinds of things in the graph and how they point to each other. The drawing is made from the vocabulary of this release.",
        "Les sortes de choses du graphe et leurs renvois mutuels. Le dessin est tiré du vocabulaire de cette version.",
    ),
    "model_reading": (
        "Een lijn loopt van een eigenschap naar de soort dingen waar zij naar verwijst, van links naar rechts. Een gestreepte lijn wijst de bredere soort aan. Een kringel achter een eigenschap betekent: naar een ding van dezelfde soort. Vakken zonder vulling komen uit andere vocabularia.",
        "A line runs from a property to the kind of things that it points to, from left to right. A broken line leads to the broader kind. A loop behind a property means: to a thing of the same kind. Boxes without a fill come from other vocabularies.",
        "Une ligne va d'une propriété à la sorte de choses à laquelle elle renvoie, de gauche à droite. Une ligne pointillée mène à la sorte plus large. Une boucle après une propriété signifie : vers une chose de la même sorte. Les cases sans fond viennent d'autres vocabulaires.",
    ),
    "model_core": ("In het kort", "At a glance", "En bref"),
    "model_core_text": (
        "De eigen klassen, en welke eigenschap van de een naar de ander leidt. Hieronder staat bij elke term van en naar welke klasse zij gaat.",
        "The classes of this vocabulary, and which property leads from one to the other. Below, each term says from and to which class it goes.",
        "Les classes de ce vocabulaire, et la propriété qui mène de l'une à l'autre. Ci-dessous, chaque terme dit de quelle classe à quelle classe il va.",
    ),
    "model_whole": ("Het hele model", "The whole model", "Le modèle entier"),
    "model_drawing": ("Tekening", "Drawing", "Dessin"),
    "model_list": ("Hetzelfde als lijst", "The same as a list", "La même chose en liste"),
    "model_many": ("{n} soorten dingen", "{n} kinds of things", "{n} sortes de choses"),
    "model_terms": (
        "Alle termen met definitie en voorbeeld",
        "All terms with definition and example",
        "Tous les termes avec définition et exemple",
    ),
    "no_model": (
        "Deze data brengt geen vocabularium mee.",
        "This data brings no vocabulary along.",
        "Ces données n'apportent pas de vocabulaire.",
    ),
    "kind_of": ("is een", "is a", "est un"),
    # quality
    "quality": ("Kwaliteit van de data", "Data quality", "Qualité des données"),
    "quality_short": (
        "Hoe volledig elk document is beschreven, en op welk bewijs.",
        "How complete the description of each document is, and on what evidence.",
        "Dans quelle mesure chaque document est décrit, et sur quelles preuves.",
    ),
    "quality_text": (
        "Bij elke uitgave wordt gemeten hoe goed elk document is beschreven. De metingen horen bij de graaf, in de woorden van het Data Quality Vocabulary (DQV). Elk getal opent de vraag die het geeft.",
        "Each release measures how well each document is described. The measurements are part of the graph, in the words of the Data Quality Vocabulary (DQV). Each number opens the query that gives it.",
        "Chaque version mesure la qualité de la description de chaque document. Les mesures font partie du graphe, dans les termes du Data Quality Vocabulary (DQV). Chaque nombre ouvre la requête qui le donne.",
    ),
    "quality_table": ("Per document", "By document", "Par document"),
    "quality_measures": ("Wat er wordt gemeten", "What is measured", "Ce qui est mesuré"),
    "quality_shares": (
        "Aandelen zijn percentages. De balk zegt welk deel van de uitspraken in het document zelf is gezien (vol), door een andere tekst is bevestigd (gearceerd) of nog niet is bevestigd (leeg).",
        "Shares are percentages. The bar says which part of the statements was seen in the document itself (filled), is confirmed by another text (hatched) or is not confirmed yet (empty).",
        "Les parts sont des pourcentages. La barre montre la part des énoncés lus dans le document lui-même (pleine), confirmés par un autre texte (hachurée) ou pas encore confirmés (vide).",
    ),
    "no_quality": (
        "Deze data brengt geen metingen mee.",
        "This data brings no measurements along.",
        "Ces données n'apportent pas de mesures.",
    ),
    # taking it along
    "access": ("Voor wie ermee verder werkt", "For those who build on it", "Pour la réutilisation"),
    "access_short": (
        "Oogsten, federeren, spiegelen, citeren, volgen.",
        "Harvest, federate, mirror, cite, follow.",
        "Moissonner, fédérer, répliquer, citer, suivre.",
    ),
    "access_text": (
        "Alles hier is open en heeft een vast adres, voor mensen en voor programma's. Een sleutel of een account is nergens nodig.",
        "Everything here is open and has a fixed address, for people and for programs. No key and no account is needed anywhere.",
        "Tout ici est ouvert et possède une adresse fixe, pour les personnes et pour les programmes. Aucune clé ni aucun compte n'est nécessaire.",
    ),
    "access_ask": ("Bevragen", "Ask", "Interroger"),
    "access_ask_text": (
        "Het endpoint volgt het SPARQL 1.1 Protocol. Zonder vraag geeft het zijn beschrijving: formaten, limieten, grafen. Een vraag mag {seconds} seconden duren.",
        "The endpoint follows the SPARQL 1.1 Protocol. Without a query it gives its description: formats, limits, graphs. A query may take {seconds} seconds.",
        "Le point d'accès suit le protocole SPARQL 1.1. Sans requête, il donne sa description : formats, limites, graphes. Une requête peut durer {seconds} secondes.",
    ),
    "access_openapi": (
        "Alle adressen als OpenAPI",
        "All addresses as OpenAPI",
        "Toutes les adresses en OpenAPI",
    ),
    "access_federate": ("Federeren", "Federate", "Fédérer"),
    "access_federate_text": (
        "Elk ander endpoint dat SERVICE toestaat, kan deze graaf in een vraag betrekken. Omgekeerd roept dit endpoint alleen aan wat de beheerder heeft toegestaan:",
        "Any other endpoint that allows SERVICE can bring this graph into a query. The other way round, this endpoint calls only what its operator has allowed:",
        "Tout autre point d'accès qui autorise SERVICE peut inclure ce graphe dans une requête. Inversement, celui-ci n'appelle que ce que son exploitant a autorisé :",
    ),
    "access_no_service": ("op dit moment niets.", "nothing at present.", "rien pour le moment."),
    "access_download": (
        "Downloaden en spiegelen",
        "Download and mirror",
        "Télécharger et répliquer",
    ),
    "access_download_text": (
        "De hele graaf past in één bestand. Met de software van dit portaal staat er met twee opdrachten een eigen endpoint:",
        "The whole graph fits into one file. With the software of this portal, two commands give an endpoint of your own:",
        "Le graphe entier tient dans un fichier. Avec le logiciel de ce portail, deux commandes donnent un point d'accès à soi :",
    ),
    "access_harvest": ("Oogsten", "Harvest", "Moissonner"),
    "access_harvest_text": (
        "Voor dataportalen is er een catalogus volgens DCAT-AP, voor programma's die grafen zoeken een beschrijving volgens VoID.",
        "For data portals there is a catalogue by DCAT-AP, for programs that look for graphs a description by VoID.",
        "Pour les portails de données, un catalogue selon DCAT-AP ; pour les programmes qui cherchent des graphes, une description VoID.",
    ),
    "access_releases": (
        "Uitgaven en wijzigingen",
        "Releases and changes",
        "Versions et modifications",
    ),
    "access_releases_text": (
        "Een uitgave verandert nooit. Elk adres is ook in een bewaarde uitgave op te vragen, en op datum te vinden met een Memento-client. Wie een kopie bijhoudt, volgt de stroom van wijzigingen.",
        "A release never changes. Any address can be asked of a kept release as well, and found by date with a Memento client. If you keep a copy, follow the stream of changes.",
        "Une version ne change jamais. Toute adresse peut aussi être demandée à une version conservée et retrouvée par date avec un client Memento. Qui tient une copie suit le flux des modifications.",
    ),
    "access_cite": ("Citeren", "Cite", "Citer"),
    "access_cite_text": (
        "Citeer een uitgave, of een beleidsdocument in een uitgave: onder aan zijn pagina staat hoe, ook als BibTeX, RIS en CSL-JSON.",
        "Cite a release, or a policy document in one: the foot of its page says how, also as BibTeX, RIS and CSL-JSON.",
        "Citez une version, ou un document dans une version : le bas de sa page indique comment, aussi en BibTeX, RIS et CSL-JSON.",
    ),
    "access_health": ("Toestand van de dienst", "State of the service", "État du service"),
    "access_health_text": (
        "Of er vragen worden beantwoord, en wat de server doet, voor wie hem bewaakt.",
        "Whether queries are answered, and what the server does, for those who watch it.",
        "Si les requêtes reçoivent une réponse, et ce que fait le serveur, pour qui le surveille.",
    ),
    "all_datasets": (
        "Alle datasets in de catalogus",
        "All datasets of the catalogue",
        "Tous les jeux de données du catalogue",
    ),
    "service_description": (
        "Beschrijving van het endpoint",
        "Description of the endpoint",
        "Description du point d'accès",
    ),
    "health": ("Gezondheid", "Health", "Santé"),
    "metrics": ("Meetwaarden", "Metrics", "Métriques"),
    "timemap": ("Deze pagina door de tijd", "This page through time", "Cette page dans le temps"),
    # the query catalogue
    "queries_lead": (
        "{n} vragen die deze graaf beantwoordt. Elke vraag heeft een antwoord om te lezen, een adres voor programma's, en de SPARQL erachter.",
        "{n} questions that this graph answers. Each has an answer to read, an address for programs, and the SPARQL behind it.",
        "{n} questions auxquelles ce graphe répond. Chacune a une réponse à lire, une adresse pour les programmes et le SPARQL qui la donne.",
    ),
    "find_query": ("Zoek een vraag", "Find a query", "Chercher une requête"),
    "all_topics": ("Alle onderwerpen", "All topics", "Tous les sujets"),
    "topics": ("Onderwerpen", "Topics", "Sujets"),
    "no_such_query": (
        "Geen vraag met die woorden.",
        "No query with those words.",
        "Aucune requête avec ces mots.",
    ),
    "topic_structure": (
        "Opbouw van documenten",
        "Structure of documents",
        "Structure des documents",
    ),
    "topic_actions": ("Actiepunten", "Action points", "Points d'action"),
    "topic_compare": ("Vergelijken", "Compare", "Comparer"),
    "topic_initiatives": ("Initiatieven", "Initiatives", "Initiatives"),
    "topic_people": ("Betrokkenen", "Stakeholders", "Parties prenantes"),
    "topic_sdg": ("SDG's", "SDGs", "ODD"),
    "topic_takeaways": ("Lessen voor anderen", "Key takeaways", "Enseignements"),
    "topic_evidence": ("Bewijs en kwaliteit", "Evidence and quality", "Preuves et qualité"),
    "topic_federated": (
        "Samen met andere bronnen",
        "Together with other sources",
        "Avec d'autres sources",
    ),
    "topic_other": ("Overige", "Other", "Autres"),
    "as_json": ("De hele lijst als JSON", "The whole list as JSON", "Toute la liste en JSON"),
    "fill_in": ("Invullen", "Fill in", "Paramètres"),
    "answer_this": ("Beantwoord", "Answer", "Répondre"),
    "for_example": ("bijvoorbeeld", "for example", "par exemple"),
    "calls_others": (
        "Deze vraag roept ook endpoints van anderen aan. Het antwoord hangt dus van hen af, en kan even duren.",
        "This query also calls endpoints of others. So the answer depends on them, and may take a while.",
        "Cette requête appelle aussi des points d'accès tiers. La réponse dépend donc d'eux et peut prendre du temps.",
    ),
    "calls_refused": (
        "Deze server mag ze niet aanroepen: de beheerder zet toegestane adressen in de instelling service_allow. Met een eigen server of een ander SPARQL-programma werkt de vraag hieronder wel.",
        "This server may not call them: its operator lists the allowed addresses in the setting service_allow. With a server of your own or another SPARQL program, the query below works.",
        "Ce serveur ne peut pas les appeler : l'exploitant énumère les adresses autorisées dans le réglage service_allow. Avec son propre serveur ou un autre programme SPARQL, la requête ci-dessous fonctionne.",
    ),
    "calls_ready": (
        "Verstuur het formulier om ze te vragen.",
        "Send the form to ask them.",
        "Envoyez le formulaire pour les interroger.",
    ),
    "not_answered": ("Geen antwoord", "No answer", "Pas de réponse"),
    "rows_from": (
        "rijen {first} tot en met {last}",
        "rows {first} to {last}",
        "lignes {first} à {last}",
    ),
    "chart": ("Grafiek", "Chart", "Graphique"),
    "chart_text": (
        "{value} per {by}; dezelfde getallen staan in de tabel eronder.",
        "{value} by {by}; the same figures stand in the table below.",
        "{value} par {by} ; les mêmes chiffres figurent dans le tableau ci-dessous.",
    ),
    "chart_matrix": (
        "{value} naar {by} en {and_by}; dezelfde getallen staan in de tabel eronder.",
        "{value} by {by} and {and_by}; the same figures stand in the table below.",
        "{value} par {by} et {and_by} ; les mêmes chiffres figurent dans le tableau ci-dessous.",
    ),
    "chart_years": (
        "Elk begin ({value}) op een lijn van jaren; dezelfde data staan in de tabel eronder.",
        "Each beginning ({value}) on a line of years; the same dates stand in the table below.",
        "Chaque début ({value}) sur une ligne d'années ; les mêmes dates figurent dans le tableau ci-dessous.",
    ),
    "use_it": ("In een programma", "In a program", "Dans un programme"),
    "use_it_note": (
        "Hetzelfde antwoord als bestand, op een vast adres.",
        "The same answer as a file, at a fixed address.",
        "La même réponse en fichier, à une adresse fixe.",
    ),
    "permalink": ("Adres van dit antwoord", "Address of this answer", "Adresse de cette réponse"),
    "pinned_link": (
        "In deze uitgave, voor altijd",
        "In this release, for good",
        "Dans cette version, pour toujours",
    ),
    "sparql_text": ("De vraag in SPARQL", "The query in SPARQL", "La requête en SPARQL"),
    "how_sure_note": (
        "Wat een uitspraak waard is, staat bij het bewijs ervan:",
        "What a statement is worth, its evidence says:",
        "Ce que vaut un énoncé, ses preuves le disent :",
    ),
}
