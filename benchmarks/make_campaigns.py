"""Invented messages with campaigns hidden among them, of any size, from a seed; and the exact truth.

94 % background over 30 days with a daily rhythm, accounts and popularity by power laws, shares and replies
with log-normal delays; 6 % campaigns of six kinds in turn. No word of it means anything; a second vocabulary
of ordinary French words checks that results hold on real word lengths.

    python benchmarks/make_campaigns.py 200000 --out messages.csv --truth truth.json
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
from numpy.typing import NDArray

from saisine.texts import fold

START_S = 1_700_000_000
DAYS = 30
DAY_S = 86_400
KINDS = ("copypaste", "template", "colink", "corepost", "brigade", "slow")
WITHIN_S = {"copypaste": 120, "template": 300, "colink": 60, "corepost": 30, "brigade": 900, "slow": 21_600}
BACKGROUND = 0.94
REPOSTS, REPLIES, LINKED = 0.22, 0.23, 0.12
FRENCH = """accueil adresse agenda aide amie année appel après-midi arbre argent arrivée article atelier avis
balade bibliothèque bonjour boulangerie bureau calendrier caravane carte chaise chanson chantier chemin ciel
cinéma classe coin colline concert conseil conversation copie corbeille couleur cour courrier couverture crayon
cuisine dessin dimanche document école écran église enfant enveloppe équipe escalier étage étude événement
exemple exposition famille fenêtre ferme fête feuille fleur forêt fromage fruit gare goûter graine groupe
guide habitante heure histoire hiver horaire hôtel idée image immeuble information invitation jardin jeudi
jeunesse jour journal jouet kilomètre lampe lecture légume lettre librairie lieu ligne lumière lundi lycée
magasin mairie maison marché marche mardi matin médecin mémoire mercredi message mètre midi minute mois
montagne monument musée musique nature neige nombre nuage numéro objet oiseau ombre orchestre ordinateur
outil ouverture page pain panier papier parc parole parole passage patience pays peinture pendule personne
photo pierre piscine place plage plan planète plante pluie poisson pomme pont porte poste potager poterie
pratique présence printemps problème professeure programme projet promenade quartier question raison randonnée
rayon récolte regard région rencontre repas réponse réseau restaurant retour réunion rivière robe roman route
rue saison salle samedi santé savoir semaine sentier service silence soir soleil souvenir spectacle stage
station table tableau temps terrain théâtre thé ticket toit tomate train travail trajet tulipe usage vacances
vallée vélo vendredi vent verger village ville visite voisine voiture voix voyage accompagner acheter aider
apprendre arriver attendre bouger chanter chercher choisir commencer comprendre continuer cultiver demander
découvrir donner écouter écrire expliquer finir goûter imaginer installer jouer lire marcher montrer nager
ouvrir parler partager partir peindre penser planter poser préparer présenter ranger regarder rencontrer
répondre rester revenir rouler semer sortir suivre tenir travailler trouver venir visiter vivre vouloir""".split()
SYLLABLES = (
    "ba be bi bo bu ca ce ci co cou da de di do du fa fe fi fo ga ge go la le li lo ma me mi mo na ne".split()
)


@dataclass(slots=True)
class Made:
    """Rows as columns, and the truth: message id -> campaign, campaign -> (kind, accounts)."""

    message_id: list[str] = field(default_factory=list)
    account: list[str] = field(default_factory=list)
    at_s: list[int] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    repost_id: list[str | None] = field(default_factory=list)
    reply_id: list[str | None] = field(default_factory=list)
    urls: list[list[str]] = field(default_factory=list)
    campaign_of: dict[str, str] = field(default_factory=dict)
    campaigns: dict[str, tuple[str, frozenset[str]]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.message_id)

    def add(
        self,
        account: str,
        at_s: int,
        text: str,
        *,
        repost: str | None = None,
        reply: str | None = None,
        urls: Sequence[str] = (),
    ) -> str:
        name = f"m{len(self.message_id):08d}"
        self.message_id.append(name)
        self.account.append(account)
        self.at_s.append(at_s)
        self.text.append(text)
        self.repost_id.append(repost)
        self.reply_id.append(reply)
        self.urls.append(list(urls))
        return name

    def truth(self) -> dict[str, set[str]]:
        """Account (as `build_actions` names it) -> its campaigns."""
        found: dict[str, set[str]] = {}
        for campaign, (_, accounts) in self.campaigns.items():
            for account in accounts:
                found.setdefault(f"other:{account}", set()).add(campaign)
        return found

    def table(self) -> pa.Table:
        """The columns of `Corpora.scan(actions.COLUMNS)`, with `text`."""
        count = len(self)
        nothing = pa.nulls(count, pa.string())
        words = [text.split() for text in self.text]
        return pa.table(
            {
                "ref": pa.array([f"invented:0:{row}" for row in range(count)]),
                "platform": pa.array(["other"] * count),
                "message_id": pa.array(self.message_id),
                "author_id": pa.array(self.account),
                "author_handle": nothing,
                "created_at": pa.array([at * 1_000_000 for at in self.at_s], pa.timestamp("us", tz="UTC")),
                "created_at_precision": pa.array(["s"] * count),
                "text": pa.array(self.text),
                "text_norm": pa.array([fold(text) for text in self.text]),
                "parent_id": pa.array(self.reply_id, pa.string()),
                "target_id": nothing,
                "repost_of_id": pa.array(self.repost_id, pa.string()),
                "mentions": pa.array([[w[1:] for w in one if w[0] == "@"] for one in words], _WORDS),
                "urls": pa.array(self.urls, _WORDS),
                "hashtags": pa.array([[w[1:] for w in one if w[0] == "#"] for one in words], _WORDS),
                "record_sha256": nothing,
            }
        )

    def plain(self) -> pa.Table:
        """The columns of coordination-network-toolkit's own input."""
        return pa.table(
            {
                "message_id": self.message_id,
                "user_id": self.account,
                "username": self.account,
                "repost_id": pa.array(self.repost_id, pa.string()),
                "reply_id": pa.array(self.reply_id, pa.string()),
                "message": self.text,
                "timestamp": self.at_s,
                "urls": [" ".join(urls) for urls in self.urls],
            }
        )


_WORDS = pa.list_(pa.string())


def vocabulary(chance: np.random.Generator, french: bool) -> list[str]:
    """Words by rank; the French list is lengthened by plurals, so that texts differ as real ones do."""
    if french:
        return [*FRENCH, *(f"{word}s" for word in FRENCH), *(f"re{word}" for word in FRENCH)]
    sizes, drawn = chance.integers(2, 6, 8_000), chance.integers(0, len(SYLLABLES), (8_000, 5))
    rows = zip(sizes.tolist(), drawn.tolist(), strict=True)
    return list(dict.fromkeys("".join(SYLLABLES[one] for one in row[:size]) for size, row in rows))


def power(chance: np.random.Generator, count: int, size: int, exponent: float = 1.1) -> NDArray[np.int64]:
    """`size` ranks below `count`, by a power law."""
    weights = np.cumsum(1.0 / np.arange(1, count + 1) ** exponent)
    ranks: NDArray[np.int64] = np.searchsorted(weights, chance.random(size) * weights[-1]).astype(np.int64)
    return np.minimum(ranks, count - 1)


def rhythm(chance: np.random.Generator, size: int) -> NDArray[np.int64]:
    """Seconds over 30 days: few at night, most in the evening."""
    hours = np.array([2, 1, 1, 1, 1, 2, 4, 6, 7, 7, 7, 8, 9, 8, 7, 7, 8, 9, 10, 11, 12, 11, 8, 4], float)
    hour = chance.choice(24, size, p=hours / hours.sum())
    moment: NDArray[np.int64] = (
        START_S + chance.integers(0, DAYS, size) * DAY_S + hour * 3600 + chance.integers(0, 3600, size)
    )
    return moment


def sentences(
    chance: np.random.Generator, words: Sequence[str], lengths: NDArray[np.int64]
) -> Iterator[list[str]]:
    drawn = power(chance, len(words), int(lengths.sum()), 0.9)
    ends = np.cumsum(lengths)
    for first, last in zip(ends - lengths, ends, strict=True):
        yield [words[rank] for rank in drawn[first:last]]


def make(count: int, *, seed: int = 11, french: bool = False, campaigns: bool = True) -> Made:
    """`count` messages or a few more; the same arguments give the same messages."""
    chance = np.random.Generator(np.random.PCG64(seed))
    words = vocabulary(chance, french)
    made = Made()
    originals = _background(made, chance, words, round(count * BACKGROUND) if campaigns else count)
    number = 0
    while campaigns and len(made) < count:
        _campaign(made, chance, words, f"K{number:03d}", KINDS[number % len(KINDS)], originals)
        number += 1
    return made


def _background(made: Made, chance: np.random.Generator, words: Sequence[str], size: int) -> list[int]:
    """Posts first, then shares and replies; returns the rows of the posts."""
    people = max(30, size // 9)
    posts = round(size * (1 - REPOSTS - REPLIES))
    authors, times = power(chance, people, size, 0.8), rhythm(chance, posts)
    lengths = np.clip(np.exp(chance.normal(2.4, 0.6, size)), 2, 61).astype(np.int64)
    drawn = sentences(chance, words, lengths)
    pages, tags = power(chance, max(20, size // 40), posts), power(chance, 400, posts)
    extra = chance.random((posts, 3))
    for row in range(posts):
        text = next(drawn)
        text += [f"#{words[tags[row]]}"] if extra[row, 1] < 0.12 else []
        text += ["🔥"] if extra[row, 2] < 0.08 else []
        page = int(pages[row])
        urls = [f"https://site{page % 97}.example/a/{page}"] if extra[row, 0] < LINKED else []
        made.add(f"u{authors[row]:06d}", int(times[row]), " ".join(text), urls=urls)
    answered = power(chance, posts, size - posts, 0.9)
    order = chance.permutation(posts)  # popularity has nothing to do with the hour
    delays = np.exp(chance.normal(8.5, 1.6, size - posts)).astype(np.int64)
    shares = round(size * REPOSTS)
    for at in range(size - posts):
        post = int(order[answered[at]])
        when, who, text = made.at_s[post] + int(delays[at]), f"u{authors[posts + at]:06d}", next(drawn)
        if at < shares:
            made.add(who, when, made.text[post], repost=made.message_id[post])
        else:
            made.add(who, when, " ".join(text), reply=made.message_id[post])
    return list(range(posts))


def _campaign(
    made: Made,
    chance: np.random.Generator,
    words: Sequence[str],
    name: str,
    kind: str,
    originals: Sequence[int],
) -> None:
    size, rounds = int(chance.integers(6, 41)), int(chance.integers(3, 9))
    if chance.random() < 0.7:
        accounts = [f"c{name}{number:03d}" for number in range(size)]
    else:
        accounts = sorted({made.account[int(row)] for row in chance.integers(0, len(originals), size)})
    acted: set[str] = set()
    for turn in range(rounds):
        begin = int(rhythm(chance, 1)[0])
        base = next(sentences(chance, words, np.array([int(chance.integers(10, 25))])))
        post = int(chance.integers(0, len(originals)))
        for account in accounts:
            if chance.random() < 0.15:
                continue
            at = begin + int(chance.integers(0, WITHIN_S[kind]))
            made.campaign_of[_act(made, chance, words, kind, account, at, base, post, f"{name}/{turn}")] = (
                name
            )
            acted.add(account)
    made.campaigns[name] = (kind, frozenset(acted))


def _act(
    made: Made,
    chance: np.random.Generator,
    words: Sequence[str],
    kind: str,
    account: str,
    at: int,
    base: list[str],
    post: int,
    place: str,
) -> str:
    own = " ".join(next(sentences(chance, words, np.array([int(chance.integers(5, 16))]))))
    if kind == "copypaste":
        return made.add(account, at, " ".join(base))
    if kind in ("template", "slow"):
        turned = list(base)
        for changed in chance.choice(len(base), max(1, round(len(base) / 10)), replace=False):
            turned[int(changed)] = words[int(power(chance, len(words), 1, 0.9)[0])]
        return made.add(account, at, " ".join(turned))
    if kind == "colink":
        source = f"utm_source=s{int(chance.integers(0, 9))}"
        return made.add(account, at, own, urls=[f"https://relay.example/{place}?{source}"])
    if kind == "corepost":
        return made.add(account, at, made.text[post], repost=made.message_id[post])
    return made.add(account, at, own, reply=made.message_id[post])


def main() -> None:
    parser = argparse.ArgumentParser(description="Invent messages with campaigns among them.")
    parser.add_argument("count", nargs="?", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--french", action="store_true", help="ordinary French words")
    parser.add_argument("--out", type=Path, help="CSV in the columns of coordination-network-toolkit")
    parser.add_argument("--truth", type=Path, help="JSON: campaigns, and the campaign of each message")
    asked = parser.parse_args()
    made = make(asked.count, seed=asked.seed, french=asked.french)
    if asked.out:
        pa_csv.write_csv(made.plain(), asked.out)
    if asked.truth:
        campaigns = {name: {"kind": k, "accounts": sorted(a)} for name, (k, a) in made.campaigns.items()}
        asked.truth.write_text(json.dumps({"campaigns": campaigns, "messages": made.campaign_of}, indent=1))
    accounts = len(set(made.account))
    print(
        f"{len(made):,} messages, {accounts:,} accounts, {len(made.campaigns)} campaigns, seed {asked.seed}"
    )


if __name__ == "__main__":
    main()
