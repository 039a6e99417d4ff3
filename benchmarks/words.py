"""The words of which made-up policies consist: names, slugs of the shared lists, sentences."""

from __future__ import annotations

COUNTRIES = {
    "NLD": ("Nederland", "Netherlands", "Pays-Bas"),
    "BEL": ("België", "Belgium", "Belgique"),
    "DEU": ("Duitsland", "Germany", "Allemagne"),
    "FRA": ("Frankrijk", "France", "France"),
    "ESP": ("Spanje", "Spain", "Espagne"),
    "ITA": ("Italië", "Italy", "Italie"),
    "SWE": ("Zweden", "Sweden", "Suède"),
    "FIN": ("Finland", "Finland", "Finlande"),
    "POL": ("Polen", "Poland", "Pologne"),
    "IRL": ("Ierland", "Ireland", "Irlande"),
    "AUT": ("Oostenrijk", "Austria", "Autriche"),
    "PRT": ("Portugal", "Portugal", "Portugal"),
}
WORKS = (
    ("PLAN_STRATEGIC", "Strategie voor", "Strategy for"),
    ("GUIDELINE", "Richtlijn voor", "Guideline for"),
    ("RECO", "Aanbeveling over", "Recommendation on"),
    ("PAPER_WHITE", "Witboek over", "White paper on"),
)
TOPICS = (
    ("generatieve AI bij de overheid", "generative AI in government"),
    ("AI in het onderwijs", "AI in education"),
    ("AI in de zorg", "AI in health care"),
    ("taalmodellen", "language models"),
    ("AI en arbeid", "AI and work"),
    ("betrouwbare algoritmen", "trustworthy algorithms"),
    ("AI en cultuur", "AI and culture"),
)
THEMES = """accountability cooperation fairness-non-discrimination human-wellbeing-autonomy
literacy-skills privacy-data-governance prosperity-innovation safety-security sustainability
transparency-explainability""".split()
INSTRUMENTS = """advisory-body assessment-audit awareness dataset funding guideline infrastructure
innovation-lab international-cooperation language-model legislation pilot-use procurement
public-dialogue register regulatory-sandbox research standard strategy-plan supervision
test-facility training""".split()
STATUSES = "announced planned in-progress in-progress completed delayed unknown".split()
KINDS = "principle value requirement quality".split()
ROLES = "responsible involved funder supervisor named addressed advised".split()
BODIES = "ministry agency research-institute supervisor company advisory-body".split()
INITIATIVES = "programme language-model lab sandbox register network".split()
BINDING = "non-binding voluntary-commitment administrative-rule".split()
RELATIONS = ("cites", "alignedWithPolicy", "implements", "succeeds")
ACTS = (
    ("opzetten", "Set up"),
    ("uitbreiden", "Extend"),
    ("betalen", "Fund"),
    ("evalueren", "Evaluate"),
    ("toetsen", "Assess"),
    ("openbaar maken", "Publish"),
)
OBJECTS = (
    ("een register van algoritmen", "a register of algorithms"),
    ("een testomgeving voor regels", "a regulatory sandbox"),
    ("een open taalmodel", "an open language model"),
    ("een leergang voor ambtenaren", "a course for civil servants"),
    ("een raad van burgers", "a citizens' council"),
    ("inkoopvoorwaarden voor AI", "procurement terms for AI"),
    ("rekenkracht voor onderzoek", "computing power for research"),
    ("een toets op grondrechten", "a fundamental-rights assessment"),
    ("een dataset van wetsteksten", "a dataset of legal texts"),
    ("een meldpunt voor schade", "a point for reporting harm"),
)
REASONS = (
    (
        "Dit vraagt samenwerking tussen bestuurslagen.",
        "This asks for tiers of government to work together.",
    ),
    ("De uitkomst wordt ieder jaar besproken.", "The outcome is discussed every year."),
    ("Publieke waarden gaan daarbij voor.", "Public values come first in this."),
    ("Het past in de Europese regels.", "It fits within the European rules."),
    ("Kleine organisaties krijgen hulp.", "Small organisations get help."),
    ("Over privacy waakt de toezichthouder.", "The supervisor watches over privacy."),
    ("Burgers denken mee over het ontwerp.", "Citizens help to think about the design."),
)
SUBJECTS = ("3030", "8469", "2825")
