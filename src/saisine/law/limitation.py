"""Until when one may act: one clock per qualification, computed from an event log, never stored.

The last useful day is the same day number so many months later, usable until midnight; a Saturday, a Sunday
or a holiday prolongs nothing. A clock that starts on an unknown day is computed from the earliest possible
one. Rules and sources: fr/limitation.yaml; Crim. 12 Nov. 2014, no 13-84.444; 11 March 2025, no 24-80.572.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from saisine.errors import SaisineError
from saisine.law.dates import add_months, day_after, day_fr, days_fr, has_same_day, months_fr
from saisine.law.inputs import Event
from saisine.law.model import LimitationRule, Offence
from saisine.law.model_limitation import InterruptionRegime, LimitationFile, SafetyMargin
from saisine.law.starts import Start, fact_days, find_starts
from saisine.law.statements import flag


@dataclass(frozen=True, slots=True)
class Clock:
    """One limitation clock. `status`: open, expired, or unknown when a missing day or event decides it."""

    offence: str
    period_months: int
    runs_from: date | None
    runs_from_event: str | None
    last_useful_day: date | None
    expired_from: date | None
    status: str
    days_left: int | None
    safety_day: date | None
    steps: tuple[str, ...]
    alerts: tuple[str, ...]
    verified: bool
    prudential: bool
    regime: str
    source: str
    facts: tuple[date, date] | None = None  # first and last day of the facts this clock is about
    act: str = ""
    others: tuple["Clock", ...] = field(default=())
    counted: str = ""  # the one of `steps` that is counted from today: a kept list leaves it out

    def as_json(self) -> dict[str, object]:
        data = self._dates() | {
            "safety_day": _iso(self.safety_day),
            "regime": self.regime,
            "prudential": self.prudential,
            "verified": self.verified,
            "flag_fr": flag(self.verified),
            "flag_en": flag(self.verified, "en"),
            "source": self.source,
            "steps": list(self.steps),
            "alerts": list(self.alerts),
        }
        if self.others:
            data["acts"] = [clock._dates() | {"act": clock.act} for clock in (self, *self.others)]
        return data

    def _dates(self) -> dict[str, object]:
        return {
            "period_months": self.period_months,
            "runs_from": _iso(self.runs_from),
            "runs_from_event": self.runs_from_event,
            "last_useful_day": _iso(self.last_useful_day),
            "expired_from": _iso(self.expired_from),
            "status": self.status,
            "days_left": self.days_left,
        }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def check_order(rules: LimitationFile, events: Sequence[Event]) -> None:
    """Refuse impossible dates: a procedural act before every fact, a birth after a fact.

    Raises SaisineError("law_events_order").
    """
    facts = sorted(((e.day, e.kind) for e in events if e.day and rules.role(e.kind) == "fact"), key=_first)
    for event in events:
        if not facts or event.day is None:
            continue
        role = rules.role(event.kind)
        if role == "procedure" and (event.latest or event.day) < facts[0][0]:
            raise _order(rules, event.kind, event.day, facts[0][1], facts[0][0])
        if role == "birth" and event.day > facts[0][0]:
            raise _order(rules, facts[0][1], facts[0][0], event.kind, event.day)


def _first(pair: tuple[date, str]) -> date:
    return pair[0]


def _order(
    rules: LimitationFile, later: str, later_day: date, earlier: str, earlier_day: date
) -> SaisineError:
    return SaisineError(
        "law_events_order",
        later_fr=rules.label(later),
        later=day_fr(later_day),
        earlier_fr=rules.label(earlier),
        earlier=day_fr(earlier_day),
        later_en=rules.label_en(later),
        later_on=later_day.isoformat(),
        earlier_en=rules.label_en(earlier),
        earlier_on=earlier_day.isoformat(),
    )


def clock(rules: LimitationFile, offence: Offence, events: Sequence[Event], today: date) -> Clock:
    """The clock of one qualification: among its acts, the shortest one still open drives.

    When none is open, the last to expire is shown. Raises SaisineError("law_events_order").
    """
    check_order(rules, events)
    relevant = [event for event in events if not event.offences or offence.id in event.offences]
    starts = find_starts(rules, offence, relevant)
    if not starts:
        return _without_start(rules, offence, relevant, today)
    clocks = [_run(rules, offence, start, relevant, today) for start in starts]
    clocks.sort(key=_shortest_first)
    return replace(clocks[0], others=tuple(clocks[1:]))


def _shortest_first(clock: Clock) -> tuple[int, int]:
    rank = {"open": 0, "unknown": 1, "expired": 2}[clock.status]
    last = clock.last_useful_day or date.max
    return rank, -last.toordinal() if rank == 2 else last.toordinal()


def _run(
    rules: LimitationFile, offence: Offence, start: Start, events: Sequence[Event], today: date
) -> Clock:
    rule = offence.limitation
    regime = rules.regime(rule.interruption)
    own = [event for event in events if not event.act or not start.act or event.act == start.act]
    pauses = _pauses(rules, regime, rule, own, today)
    chain = _interrupt(rules, regime, rule.months, start, own, pauses)
    status = _status(chain.last, _best_last(rules, regime, rule.months, start, own, pauses), today)
    steps = (*start.steps, _period_step(rules, chain.origin, rule.months), *chain.steps)
    return Clock(
        offence=offence.id,
        period_months=rule.months,
        runs_from=chain.runs_from,
        runs_from_event=chain.event,
        last_useful_day=chain.last,
        expired_from=day_after(chain.last),
        status=status,
        days_left=(chain.last - today).days,
        safety_day=safety_day(rules.safety, chain.runs_from, chain.last),
        steps=(*steps, *_end_steps(chain.last, status, today, regime, chain.event)),
        alerts=(*_alerts(rules, rule, start, own, regime), *_ahead_alerts(rules, own, start, today)),
        verified=_verified(rules, rule),
        prudential=rule.prudential,
        regime=rule.regime,
        source=rule.source,
        facts=start.facts,
        act=start.act,
        counted=_counted(chain.last, today) if status == "open" else "",
    )


def _ahead_alerts(rules: LimitationFile, events: Iterable[Event], start: Start, today: date) -> Iterator[str]:
    """What has not come yet is counted as planned, and said: it may be a slip of the year."""
    if start.day > today:
        yield "Le jour des faits n’est pas encore arrivé : à vérifier."
    for event in events:
        if event.day and event.day > today and rules.role(event.kind) == "procedure":
            yield f"{rules.label(event.kind)} du {day_fr(event.day)} : pas encore arrivé, à vérifier."


@dataclass(frozen=True, slots=True)
class _Chain:
    origin: date
    runs_from: date
    event: str
    last: date
    steps: tuple[str, ...] = ()


Pauses = tuple[tuple[date, date], ...]


def _interrupt(
    rules: LimitationFile,
    regime: InterruptionRegime,
    months: int,
    start: Start,
    events: Sequence[Event],
    pauses: Pauses,
) -> _Chain:
    """Walk the acts in order of days: each one in time restarts a full period."""
    chain = _Chain(start.day, start.day, start.name, last_day(start.day, months, pauses))
    for event in sorted((e for e in events if e.day), key=lambda e: (e.day or date.max, e.kind)):
        day = event.day or date.max
        if rules.role(event.kind) not in ("procedure", "without_effect") or day < start.day:
            continue
        words = f"{rules.label(event.kind)} du {day_fr(day)} : "
        if not _interrupts(regime, event):
            chain = _note(chain, words + "sans effet sur ce délai.")
        elif (event.latest or day) > chain.last:
            chain = _note(chain, words + "trop tard, le délai était dépassé.")
        else:
            last = last_day(day, months, pauses)
            steps = (*chain.steps, words + f"un nouveau délai de {months_fr(months)} repart.")
            chain = _Chain(chain.origin, day, "last_interrupting_act", last, steps)
    return chain


def _best_last(
    rules: LimitationFile,
    regime: InterruptionRegime,
    months: int,
    start: Start,
    events: Iterable[Event],
    pauses: Pauses,
) -> date:
    """The last useful day in the best case: a day that is not exact is taken as late as it may be."""
    last = last_day(start.latest, months, pauses)
    for event in sorted((e for e in events if e.day), key=lambda e: (e.day or date.max, e.kind)):
        day, latest = event.day or date.max, event.latest or event.day or date.max
        if start.latest <= latest and day <= last and _interrupts(regime, event):
            last = max(last, last_day(latest, months, pauses))
    return last


def _note(chain: _Chain, step: str) -> _Chain:
    return replace(chain, steps=(*chain.steps, step))


def _interrupts(regime: InterruptionRegime, event: Event) -> bool:
    if event.kind not in regime.interrupted_by:
        return False
    return event.kind not in regime.needs_articulation or event.articulates is not False


def last_day(day: date, months: int, pauses: Pauses = ()) -> date:
    """The last useful day of a period of `months` from `day`, moved by the suspensions that fall in it."""
    last = add_months(day, months)
    for begin, end in pauses:
        if begin <= last and end > day:
            last += min(end - max(begin, day), date.max - last)
    return last


def _pauses(
    rules: LimitationFile,
    regime: InterruptionRegime,
    rule: LimitationRule,
    events: Iterable[Event],
    today: date,
) -> Pauses:
    """Suspensions as (first day, day of resumption). None is ever assumed in press law."""
    if not regime.suspension_counts or rule.regime in rules.no_suspension_regimes:
        return ()
    begins = sorted(e.day for e in events if e.kind == "suspension_start" and e.day)
    ends = sorted(e.day for e in events if e.kind == "suspension_end" and e.day)
    pauses: list[tuple[date, date]] = []
    for begin in begins:
        end = next((day for day in ends if day >= begin), max(today, begin))
        if pauses and begin < pauses[-1][1]:
            begin, end = pauses[-1][1], max(end, pauses[-1][1])
        pauses.append((begin, end))
    return tuple(pauses)


def _status(worst: date, best: date, today: date) -> str:
    """Open when open even in the worst case, expired when expired even in the best one."""
    if today <= worst:
        return "open"
    return "expired" if today > best else "unknown"


def safety_day(margin: SafetyMargin, start: date, last: date) -> date:
    """The day by which the project advises to have acted."""
    is_long = (last - start).days > margin.long_clock_over_days
    return last - timedelta(days=margin.days_before_long if is_long else margin.days_before_short)


def _period_step(rules: LimitationFile, day: date, months: int) -> str:
    words = f"Délai de {months_fr(months)}, de quantième à quantième"
    if has_same_day(day, months):
        return words + "."
    arrival = add_months(day, months)
    month = day_fr(arrival).split()[1]
    return f"{words} ; il n’y a pas de {day.day} {month} : dernier jour du mois."


def _counted(last: date, today: date) -> str:
    if last == today:
        return "C’est aujourd’hui le dernier jour."
    return f"Il reste {days_fr((last - today).days)}."


def _end_steps(
    last: date, status: str, today: date, regime: InterruptionRegime, event: str
) -> tuple[str, ...]:
    steps = [f"Dernier jour utile : {day_fr(last, weekday=True)}, à minuit."]
    if status == "expired":
        steps.append(f"Le délai est dépassé depuis le {day_fr(day_after(last), weekday=True)}.")
    elif status == "unknown":
        steps.append("Jour exact inconnu : dans le pire des cas, le délai est déjà dépassé.")
    else:
        steps.append(_counted(last, today))
    if regime.watch_fr and event == "last_interrupting_act":
        steps.append(regime.watch_fr)
    return tuple(steps)


def _alerts(
    rules: LimitationFile,
    rule: LimitationRule,
    start: Start,
    events: Sequence[Event],
    regime: InterruptionRegime,
) -> tuple[str, ...]:
    alerts = []
    if not start.is_exact:
        alerts.append("Jour inconnu : le calcul part du premier jour possible.")
    if any(event.zone_assumed for event in events):
        alerts.append("Une heure sans fuseau a gardé son jour : à vérifier.")
    if rule.valid_from and start.day < rule.valid_from:
        alerts.append("La durée du délai à cette date n’est pas établie : à vérifier.")
    if rule.prudential:
        alerts.append("Délai prudent : le plus court des délais discutés.")
    uncounted = not regime.suspension_counts or rule.regime in rules.no_suspension_regimes
    if uncounted and any(event.kind == "suspension_start" for event in events):
        alerts.append("Une suspension est notée ; en presse, elle n’est pas comptée.")
    if any(e.kind in regime.needs_articulation and e.articulates is None for e in events):
        alerts.append("Vérifier que l’acte articule et qualifie les faits ; sinon il n’interrompt rien.")
    return tuple(alerts)


def _verified(rules: LimitationFile, rule: LimitationRule) -> bool:
    """The period, its start and its interruption must all have been compared with their texts."""
    return rule.verified and rules.start(rule.start).verified and rules.regime(rule.interruption).verified


def _without_start(rules: LimitationFile, offence: Offence, events: Sequence[Event], today: date) -> Clock:
    """No event starts this clock. For a clock of majority, the facts themselves give the worst case."""
    rule = offence.limitation
    facts = fact_days(rules, events)
    clock = Clock(
        offence=offence.id,
        period_months=rule.months,
        runs_from=None,
        runs_from_event=None,
        last_useful_day=None,
        expired_from=None,
        status="unknown",
        days_left=None,
        safety_day=None,
        steps=("Le jour de départ n’est pas connu.",),
        alerts=("Le jour de départ manque : indiquer la date des faits.",),
        verified=_verified(rules, rule),
        prudential=rule.prudential,
        regime=rule.regime,
        source=rule.source,
        facts=facts,
    )
    if not rules.start(rule.start).majority_months or not facts:
        return clock
    return _worst_majority(clock, rule.months, facts[0], today)


def _worst_majority(clock: Clock, months: int, facts_on: date, today: date) -> Clock:
    """The victim was a minor on the day of the facts, so the clock ends no sooner than facts + period."""
    last = add_months(facts_on, months)
    return replace(
        clock,
        status="open" if today <= last else "unknown",
        steps=(
            f"Le délai de {months_fr(months)} part de la majorité, dont le jour n’est pas connu.",
            f"Il ne finit pas avant le {day_fr(last, weekday=True)}.",
        ),
        alerts=("Indiquer la date de naissance de la personne visée.",),
    )
