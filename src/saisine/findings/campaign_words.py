"""What is said of a campaign, in French and in English, and what that does not establish.

No word on who, why, or guilt: `tests/findings/test_campaigns.py` reads every sentence for forbidden ones.
"""

from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from saisine.findings.actions import KIND
from saisine.findings.campaigns import Campaign
from saisine.paris import in_paris

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MONTHS: Final = {
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split(),
    "en": "January February March April May June July August September October November December".split(),
}

LEVELS: Final = {
    "weak": ("Signal faible", "Weak sign"),
    "clear": ("Signal net", "Clear sign"),
    "several": ("Signal net sur plusieurs indices", "Clear sign on several clues"),
}

DOES_NOT_PROVE_FR: Final = (
    "Cela n’établit pas qui est derrière les comptes. Cela n’établit pas que ces personnes se sont parlé, "
    "ni qu’un appel a été lancé, ni qu’aucun autre message n’existe. "
    "Des personnes indignées par la même publication peuvent aussi écrire en même temps."
)
DOES_NOT_PROVE_EN: Final = (
    "This does not establish who is behind the accounts. It does not establish that these people talked to "
    "each other, that a call was made, or that no other message exists. "
    "People outraged by the same post may also write at the same time."
)
ABSENCE_FR: Final = (
    "Une absence de signal ne veut pas dire qu’il n’y a pas de harcèlement. "
    "La loi n’exige pas toujours que les auteurs se soient concertés."
)
ABSENCE_EN: Final = (
    "The absence of a sign does not mean that there is no harassment. "
    "The law does not always require that the authors acted together."
)
ASSUMES_FR: Final = (
    "Le calcul suppose que chaque compte agit seul. Un public fidèle, une rédaction ou une publication "
    "automatique sur plusieurs réseaux peuvent produire le même signal, sans malveillance."
)
ASSUMES_EN: Final = (
    "The computation assumes that each account acts alone. A faithful audience, a newsroom or an automatic "
    "cross-post may give the same sign, without malice."
)
# Never said of a person or a group by this page, in either language; tests look for them.
FORBIDDEN: Final = (
    "bot", "bots", "robot", "robots", "troll", "trolls", "russe", "russes", "russian", "coupable", "coupables",
    "guilty", "complot", "plot", "organisateur", "organizer", "intention", "intentionnel", "intentional",
    "délibéré", "deliberate", "déclencheur", "trigger", "meute", "horde", "usine", "farm", "prouve", "proves",
)  # fmt: skip


class Sentences(NamedTuple):
    """The same sentences in both languages; `figures` are the numbers they hold, by name."""

    fr: str
    en: str
    figures: dict[str, int]


def sentences(campaign: Campaign) -> Sentences:
    """What the rows of a campaign say. Every number is the length of one of its tuples, a date, or the
    bound `expected`."""
    figures = figures_of(campaign)
    return Sentences(_words(campaign, figures, "fr"), _words(campaign, figures, "en"), figures)


def figures_of(campaign: Campaign) -> dict[str, int]:
    """Each figure of the sentences; `rows_of` gives what it counts."""
    names = ["accounts", "messages", "objects", "newcomers", "observed", "targets"]
    names += [f"pairs_{clue.kind}" for clue in campaign.clues]
    return {name: len(rows_of(campaign, name)) for name in names}


def rows_of(campaign: Campaign, figure: str) -> tuple[object, ...]:
    """The rows that a figure counts. Raises KeyError for a figure that no sentence holds."""
    if figure.startswith("pairs_"):
        return {f"pairs_{clue.kind}": clue.pairs for clue in campaign.clues}[figure]
    return {
        "accounts": campaign.accounts,
        "messages": campaign.refs,
        "objects": campaign.objects,
        "newcomers": campaign.newcomers,
        "observed": campaign.observed,
        "targets": campaign.targets,
    }[figure]


def _words(campaign: Campaign, figures: dict[str, int], language: str) -> str:
    facts = {
        "start": said_time(campaign.first_us, language),
        "end": said_time(campaign.last_us, language),
        "since": said_day(campaign.since_us, language),
        "chance": _pairs(campaign.expected, language),
        "clues": _clues(campaign, figures, language),
        **figures,
    }
    parts = _FR if language == "fr" else _EN
    chosen = [parts["act"], parts["clues"]]
    chosen += [parts["targets"]] if figures["targets"] else []
    chosen += [parts["newcomers"]] if figures["newcomers"] else []
    chosen += [parts["little"]] if campaign.level == "weak" else [parts["chance"], parts["compatible"]]
    return " ".join(chosen).format(**facts)


_FR: Final = {
    "act": "Du {start} au {end}, {accounts} comptes ont publié {messages} messages aux mêmes moments. "
    "Leurs points communs (publication, page, texte) : {objects}.",
    "clues": "Paires de comptes par indice : {clues}.",
    "targets": "Publications ou pages visées par ces messages : {targets}.",
    "newcomers": "Comptes jamais vus plus tôt dans ces messages, réunis depuis le {since} : {newcomers}.",
    "chance": "Si chaque compte agissait seul, avec l’activité observée, le hasard donnerait au plus "
    "{chance} dans l’ensemble des messages. On en observe ici {observed}.",
    "compatible": "C’est compatible avec une action concertée.",
    "little": "Trop peu de paires ou de points communs pour écarter le hasard.",
}
_EN: Final = {
    "act": "From {start} to {end}, {accounts} accounts published {messages} messages at the same moments. "
    "What they have in common (posts, pages, texts): {objects}.",
    "clues": "Pairs of accounts by clue: {clues}.",
    "targets": "Posts or pages these messages answer: {targets}.",
    "newcomers": "Accounts never seen earlier in these messages, gathered since {since}: {newcomers}.",
    "chance": "If each account acted alone, with the activity observed, chance would give at most "
    "{chance} in the whole set of messages. {observed} are observed here.",
    "compatible": "This is compatible with concerted action.",
    "little": "Too few pairs or common points to set chance aside.",
}


def _clues(campaign: Campaign, figures: dict[str, int], language: str) -> str:
    at = 0 if language == "fr" else 1
    label = {kind.id: (kind.label_fr, kind.label_en)[at] for kind in KIND.values()}
    return ", ".join(f"{label[clue.kind]} ({figures[f'pairs_{clue.kind}']})" for clue in campaign.clues)


def _pairs(count: int, language: str) -> str:
    if language == "fr":
        return f"{count} paires aussi synchronisées" if count > 1 else f"{count} paire aussi synchronisée"
    return f"{count} pairs as synchronised" if count > 1 else f"{count} pair as synchronised"


def said_day(at_us: int, language: str) -> str:
    local = in_paris(EPOCH + timedelta(microseconds=at_us))
    day = "1er" if local.day == 1 and language == "fr" else str(local.day)
    return f"{day} {_MONTHS[language][local.month - 1]} {local.year}"


def said_time(at_us: int, language: str) -> str:
    """A moment as people of Paris say it, to the minute."""
    local = in_paris(EPOCH + timedelta(microseconds=at_us))
    if language == "fr":
        return f"{said_day(at_us, language)} à {local:%H} h {local:%M}"
    return f"{said_day(at_us, language)} at {local:%H:%M}"
