"""The words of comparisons: Dutch, English, French."""

# ruff: noqa: E501  (a text is one string, however long)

from __future__ import annotations

COMPARISONS: dict[str, tuple[str, str, str]] = {
    "compare_by_theme": (
        "Beleid naar thema van uitgangspunten",
        "Policies by theme of their principles",
        "Les politiques par thème de leurs principes",
    ),
    "compare_by_sdg": (
        "Beleid naar duurzame-ontwikkelingsdoel",
        "Policies by Sustainable Development Goal",
        "Les politiques par objectif de développement durable",
    ),
    "compare_by_instrument": (
        "Beleid naar instrument van actiepunten",
        "Policies by instrument of their action points",
        "Les politiques par instrument de leurs points d'action",
    ),
    "compare_theme": ("Thema's", "Themes", "Thèmes"),
    "compare_sdg": ("SDG's", "SDGs", "ODD"),
    "compare_instrument": ("Instrumenten", "Instruments", "Instruments"),
    "compare_text_theme": (
        "Hoeveel uitgangspunten elk document over elk thema heeft. Leeg is: geen.",
        "How many principles each document has on each theme. Empty means none.",
        "Combien de principes chaque document consacre à chaque thème. Vide : aucun.",
    ),
    "compare_text_sdg": (
        "Hoeveel verbanden er zijn tussen elk document en elk doel of een van zijn targets. De Agenda 2030 als geheel telt niet mee. Leeg is: geen.",
        "How many links there are between each document and each goal or one of its targets. The 2030 Agenda as a whole is not counted. Empty means none.",
        "Combien de liens unissent chaque document à chaque objectif ou à l'une de ses cibles. L'Agenda 2030 en entier ne compte pas. Vide : aucun.",
    ),
    "compare_text_instrument": (
        "Hoeveel actiepunten van elk document elk instrument inzetten. Leeg is: geen.",
        "How many action points of each document use each instrument. Empty means none.",
        "Combien de points d'action de chaque document mobilisent chaque instrument. Vide : aucun.",
    ),
    "compare_what": ("Vergelijken naar", "Compare by", "Comparer par"),
    "compare_pick": (
        "Kruis twee tot vier documenten aan, of kies ze uit de lijst, om ze naast elkaar te zetten.",
        "Tick two to four documents, or choose them from the list, to put them side by side.",
        "Cochez deux à quatre documents, ou choisissez-les dans la liste, pour les mettre côte à côte.",
    ),
    "compare_pick_more": (
        "Gekozen is één document. Kies er nog één tot drie bij.",
        "One document is chosen. Choose one to three more.",
        "Un document est choisi. Choisissez-en un à trois autres.",
    ),
    "compare_button": ("Zet naast elkaar", "Put side by side", "Mettre côte à côte"),
    "compare_add": ("Nog een document", "One more document", "Un document de plus"),
    "compare_none_chosen": ("geen", "none", "aucun"),
    "compare_choose": ("Kies {name}", "Choose {name}", "Choisir {name}"),
    "compare_filters": ("Beperken tot", "Narrow down to", "Limiter à"),
    "compare_show": ("Toon", "Show", "Afficher"),
    "compare_clear": ("Toon alles", "Show everything", "Tout afficher"),
    "compare_all": ("alle", "all", "tout"),
    "compare_place": ("Land of gebied", "Country or place", "Pays ou territoire"),
    "compare_kind": ("Soort document", "Kind of document", "Type de document"),
    "compare_since": ("Uitgegeven vanaf", "Issued from", "Publié à partir de"),
    "compare_until": ("tot en met", "until", "jusqu'à"),
    "compare_level": ("Bewijs", "Evidence", "Preuve"),
    "compare_basis": ("Wie het verband legt", "Who makes the link", "Qui fait le lien"),
    "compare_standing": (
        "Plaats in het document",
        "Place in the document",
        "Place dans le document",
    ),
    "compare_is_primary": ("primaire bron", "primary source", "source primaire"),
    "compare_is_secondary": ("secundaire bron", "secondary source", "source secondaire"),
    "compare_is_uncorroborated": ("onbevestigd", "uncorroborated", "non corroboré"),
    "compare_is_stated": (
        "gezegd in het document",
        "stated in the document",
        "énoncé dans le document",
    ),
    "compare_is_interpreted": (
        "verband gelegd door een curator",
        "linked by a curator",
        "lien établi par un curateur",
    ),
    "compare_is_listed": (
        "in een lijst van het document",
        "listed in the document",
        "énuméré dans le document",
    ),
    "compare_is_in-text": (
        "in de lopende tekst",
        "in the running text",
        "dans le corps du texte",
    ),
    "compare_both": ("beide", "both", "les deux"),
    "compare_ask_list": ("deze lijst", "this list", "cette liste"),
    "compare_weight": (
        "Hoe dikker de streep, hoe meer: 1, vanaf 2, vanaf 4, vanaf 8.",
        "The heavier the bar, the more: 1, from 2, from 4, from 8.",
        "Plus la barre est épaisse, plus il y en a : 1, à partir de 2, de 4, de 8.",
    ),
    "compare_figures": (
        "Aantallen per document.",
        "Numbers by document.",
        "Nombres par document.",
    ),
    "compare_total": ("Samen", "In all", "En tout"),
    "compare_total_note": (
        "Wat onder twee kolommen valt, telt in elk ervan en één keer in de som van de rij.",
        "What falls under two columns counts in each, and once in the sum of the row.",
        "Ce qui relève de deux colonnes compte dans chacune, et une fois dans la somme de la ligne.",
    ),
    "compare_documents_n": ("{n} documenten", "{n} documents", "{n} documents"),
    "compare_nothing": (
        "Geen document voldoet hieraan. Laat een van de beperkingen weg.",
        "No document meets this. Take one of the limits away.",
        "Aucun document n'y répond. Retirez une des limites.",
    ),
    "compare_as_csv": ("Als tabel (CSV)", "As a table (CSV)", "En tableau (CSV)"),
    "compare_as_svg": ("Als beeld (SVG)", "As a picture (SVG)", "En image (SVG)"),
    "compare_ask_cells": ("de cellen", "the cells", "les cellules"),
    "compare_ask_rows": ("de sommen van de rijen", "the sums of the rows", "les sommes des lignes"),
    "compare_ask_columns": (
        "de sommen van de kolommen",
        "the sums of the columns",
        "les sommes des colonnes",
    ),
    "compare_whole": ("Naar de hele matrix", "To the whole matrix", "Vers la matrice entière"),
    "compare_empty_list": ("Hier is niets.", "There is nothing here.", "Il n'y a rien ici."),
    "compare_with": (
        "Vergelijk dit document met andere",
        "Compare this policy with others",
        "Comparer ce document avec d'autres",
    ),
    "compare_start": (
        "Beleid naast elkaar, en matrices naar thema, SDG en instrument",
        "Policies side by side, and matrices by theme, SDG and instrument",
        "Les politiques côte à côte, et des matrices par thème, ODD et instrument",
    ),
    "compare_number": ("Nummer", "Number", "Numéro"),
    "compare_name": ("Naam", "Name", "Nom"),
    "compare_section": ("Onderdeel", "Section", "Partie"),
    # what cannot be compared
    "again_too_many": (
        "Meer dan {most} documenten passen niet naast elkaar. Kies er {least} tot {most} uit.",
        "More than {most} documents do not fit side by side. Choose {least} to {most} of them.",
        "Plus de {most} documents ne tiennent pas côte à côte. Choisissez-en de {least} à {most}.",
    ),
    "again_unknown": (
        "Dit is hier niet bekend:",
        "This is not known here:",
        "Ceci n'est pas connu ici :",
    ),
    "again_not_there": (
        "Geen beleidsdocument heeft dit gebied of deze soort.",
        "No policy has this place or this kind.",
        "Aucune politique n'a ce territoire ou ce type.",
    ),
    "again_known": (
        "Wel bekend, en om verder mee te gaan:",
        "Known, and to go on with:",
        "Connus, et pour continuer :",
    ),
    "again_all": (
        "Kies uit alle documenten",
        "Choose from all documents",
        "Choisir parmi tous les documents",
    ),
    # side by side
    "side_title": ("Beleid naast elkaar", "Policies side by side", "Politiques côte à côte"),
    "side_remove": ("Laat weg", "Leave out", "Retirer"),
    "side_differences": (
        "Verschillen in het kort",
        "Differences at a glance",
        "Les différences en bref",
    ),
    "side_differences_note": (
        "Wat alle documenten hebben, en wat er maar één heeft.",
        "What all of the documents have, and what only one of them has.",
        "Ce que tous les documents ont, et ce qu'un seul d'entre eux a.",
    ),
    "side_shared": ("Allemaal", "All of them", "Tous"),
    "side_only": ("Alleen {name}", "Only {name}", "Seulement {name}"),
    "side_identity": ("Wat het is", "What it is", "Ce que c'est"),
    "side_figures": ("Hoeveel", "How much", "Combien"),
    "side_themes": ("Uitgangspunten naar thema", "Principles by theme", "Principes par thème"),
    "side_no_theme": ("zonder thema", "without a theme", "sans thème"),
    "side_instruments": (
        "Actiepunten naar instrument",
        "Action points by instrument",
        "Points d'action par instrument",
    ),
    "side_sdgs": (
        "Duurzame-ontwikkelingsdoelen",
        "Sustainable Development Goals",
        "Objectifs de développement durable",
    ),
    "side_involved": (
        "Betrokkenen naar rol",
        "Those involved, by role",
        "Les personnes concernées, par rôle",
    ),
    "side_close": (
        "Uitgangspunten dicht bij elkaar",
        "Principles close to each other",
        "Principes proches",
    ),
    "side_close_note": (
        "Legt een curator het verband, of zegt een van de documenten het zelf; met de reden.",
        "Linked by a curator, or by one of the documents itself; with the reason.",
        "Reliés par un curateur, ou par l'un des documents lui-même ; avec la raison.",
    ),
    "side_relations": ("Wat ze met elkaar te maken hebben", "How they relate", "Leurs rapports"),
    "side_solid": (
        "in een lijst, of gezegd in het document",
        "listed, or stated in the document",
        "énuméré, ou énoncé dans le document",
    ),
    "side_hatched": (
        "in de tekst, of verband van een curator",
        "in the text, or linked by a curator",
        "dans le texte, ou lien d'un curateur",
    ),
    "side_all_of": ("alle {n}", "all {n}", "les {n}"),
}
