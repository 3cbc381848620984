"""Meta: the association's own "download your information" of Instagram and Facebook, in JSON.

Every string is UTF-8 written as if it were Latin-1, then escaped, as Meta does; keys too. Private messages
hold both sides, newest first; comments are the association's own alone.
"""

import json
import random
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from saisine.example.accounts import Account
from saisine.example.association import NAME, PAGE
from saisine.example.wave import Plan, Said

INSTAGRAM: Final = "instagram-voixduverger-exemple"
FACEBOOK: Final = "facebook-voixduverger-exemple"
_MESSAGES: Final = "your_instagram_activity/messages"


def write_meta(plan: Plan, rng: random.Random) -> Mapping[str, bytes]:
    """Files of the two exports, by their path."""
    threads = _threads(plan)
    messages, on_instagram, on_facebook = _sort_own(plan, threads, rng)
    files = {}
    for number, (person, said) in enumerate(threads.items()):
        box = "message_requests" if any(one.role != "ordinary" for one in said) else "inbox"
        folder = f"{person.handle.lower()}_{1_000_000_000_000 + person.number % 10**12 + number}"
        thread = _conversation(person, [*said, *messages.get(person, ())], f"{box}/{folder}")
        files[f"{INSTAGRAM}/{_MESSAGES}/{box}/{folder}/message_1.json"] = _exported(thread)
    comments = [_instagram_comment(one, rng) for one in reversed(on_instagram)]
    files[f"{INSTAGRAM}/your_instagram_activity/comments/post_comments_1.json"] = _exported(comments)
    wall = {"comments_v2": [_facebook_comment(one) for one in reversed(on_facebook)]}
    files[f"{FACEBOOK}/your_facebook_activity/comments_and_reactions/comments.json"] = _exported(wall)
    return files


def _threads(plan: Plan) -> dict[Account, list[Said]]:
    """Private messages by the person who wrote to the association."""
    threads: defaultdict[Account, list[Said]] = defaultdict(list)
    for one in plan.of("instagram"):
        threads[one.author].append(one)
    return dict(threads)


Own = tuple[dict[Account, list[Said]], list[Said], list[Said]]


def _sort_own(plan: Plan, threads: Mapping[Account, list[Said]], rng: random.Random) -> Own:
    """What the association said: answers to the last friendly person who wrote, or comments under posts."""
    answers: defaultdict[Account, list[Said]] = defaultdict(list)
    on_instagram: list[Said] = []
    on_facebook: list[Said] = []
    for one in plan.of("own"):
        place = rng.randrange(3)
        person = _last_to_write(threads, one.at) if place == 0 else None
        if person is not None:
            answers[person].append(one)
        else:
            (on_facebook if place == 1 else on_instagram).append(one)
    return dict(answers), on_instagram, on_facebook


def _last_to_write(threads: Mapping[Account, list[Said]], before: datetime) -> Account | None:
    earlier = [
        (said.at, person)
        for person, several in threads.items()
        for said in several
        if said.at < before and said.role == "ordinary"
    ]
    return max(earlier, key=lambda pair: pair[0])[1] if earlier else None


def _conversation(person: Account, said: list[Said], path: str) -> dict[str, Any]:
    newest_first = sorted(said, key=lambda one: one.at, reverse=True)
    return {
        "participants": [{"name": person.name}, {"name": NAME}],
        "messages": [
            {
                "sender_name": NAME if one.role == "own" else person.name,
                "timestamp_ms": int(one.at.timestamp() * 1000 + 0.5),
                "content": one.text,
                "is_geoblocked_for_viewer": False,
                "is_unsent_image_by_messenger_kid_parent": False,
            }
            for one in newest_first
        ],
        "title": person.name,
        "is_still_participant": True,
        "thread_path": path,
        "magic_words": [],
    }


def _instagram_comment(one: Said, rng: random.Random) -> dict[str, Any]:
    """Under labels in French, the language of the account."""
    owner = rng.choice((PAGE, "grange.des.lectures.ex", "radio.verger.ex"))
    return {
        "media_list_data": [{"uri": ""}],
        "string_map_data": {
            "Commentaire": {"value": one.text},
            "Propriétaire du contenu multimédia": {"value": owner},
            "Heure": {"timestamp": int(one.at.timestamp())},
        },
    }


def _facebook_comment(one: Said) -> dict[str, Any]:
    at = int(one.at.timestamp())
    return {
        "timestamp": at,
        "data": [{"comment": {"timestamp": at, "comment": one.text, "author": NAME}}],
        "title": f"{NAME} a répondu à un commentaire.",
    }


def _exported(value: Any) -> bytes:
    return json.dumps(_as_latin1(value), ensure_ascii=True, indent=2).encode("ascii")


def _as_latin1(value: Any) -> Any:
    """Meta's fault, on purpose: each UTF-8 byte becomes a character."""
    if isinstance(value, str):
        return value.encode("utf-8").decode("latin-1")
    if isinstance(value, list):
        return [_as_latin1(one) for one in value]
    if isinstance(value, dict):
        return {_as_latin1(key): _as_latin1(one) for key, one in value.items()}
    return value
