"""What is looked at in the lines of Zeeschuimer: decoded so, a line of 4 kB leaves nine tenths of itself aside.

The objects stay plain dicts, with fewer keys: the mappers are those of whole objects. A key whose emptiness means
something (a quoted post, a note) is kept whole. A line of another shape is decoded whole.
"""

from collections.abc import Callable, Set
from typing import Any, Final, TypedDict

import msgspec


def _some(name: str, whole: str, **inner: Any) -> Any:
    """A dict of which these keys are kept: `whole` as they come, the others by their own shape."""
    return TypedDict(name, {**dict.fromkeys(whole.split(), Any), **inner}, total=False)  # type: ignore[operator]


_POST_TIKTOK: Final = _some(
    "_POST_TIKTOK",
    "isAd liveRoomInfo id desc createTime stats statsV2 authorId nickname duetInfo stickersOnItem imagePost "
    "textLanguage textExtra contents challenges privateItem forFriend cid aweme_id text user reply_id "
    "reply_to_reply_id digg_count reply_comment_total reply_comment share_info image_list comment_language "
    "create_time",
    author=str | _some("_AUTHOR", "id uniqueId nickname") | None,
    video=_some("_VIDEO", "playAddr downloadAddr cover") | None,
)
_AROUND: Final = "item_id timestamp_collected source_platform __import_meta"
Decode = Callable[[bytes], Any]


def _decoder(name: str, post: Any) -> Decode:
    return msgspec.json.Decoder(_some(name, _AROUND, data=post)).decode


_TIKTOK: Final = _decoder("_LINE_TIKTOK", _POST_TIKTOK)
_MODULES: Final = ((frozenset({"tiktok.com", "tiktok-comments"}), _TIKTOK),)


def decoder_for(modules: Set[str]) -> Decode | None:
    """What decodes the lines of a file that holds these modules alone; None when they are decoded whole."""
    return next((decode for known, decode in _MODULES if modules and modules <= known), None)
