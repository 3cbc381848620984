"""A network as files that other programs read: GEXF 1.3 with times, GraphML, CSV, NDJSON.

Names are replaced by A001… unless asked otherwise; the key is a separate file that never leaves with them.
XML cannot hold every character of a name: those that it forbids become U+FFFD, and are counted.
"""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple
from xml.sax.saxutils import quoteattr

import numpy as np

from saisine.findings.coordination import Network
from saisine.findings.joins import Codes

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
# Outside XML 1.0 (section 2.2), and U+FFFE, U+FFFF that some readers refuse
_ILLEGAL: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


class Node(NamedTuple):
    """An account; `community` is -1 outside every community."""

    id: str
    label: str
    platform: str
    n_messages: int
    community: int
    first_us: int
    last_us: int


class Link(NamedTuple):
    """A link between two nodes, by their ids; `kinds` are joined by a space."""

    a: str
    b: str
    weight: int
    kinds: str
    p_value: float | None
    objects: int
    first_us: int
    last_us: int


class GraphFile(NamedTuple):
    """A network to be written. `pairs`: (id of a, id of b, message of a, message of b) for the NDJSON."""

    nodes: tuple[Node, ...]
    links: tuple[Link, ...]
    pairs: tuple[tuple[str, str, str, str], ...] = ()


class Written(NamedTuple):
    """A file's text, and how many characters XML would not hold."""

    text: str
    replaced: int = 0


def graph_of(
    network: Network,
    places: Codes,
    *,
    kind: str,
    platforms: Mapping[str, str] | None = None,
    communities: Mapping[str, int] | None = None,
    most_pairs: int = 1_000,
) -> GraphFile:
    """These edges of a network, and the accounts at their ends."""
    edges = network.edges(places, most=most_pairs)
    nodes = _nodes(network, places, platforms or {}, communities or {})
    links = tuple(
        Link(e.account_a, e.account_b, e.weight, kind, e.p_value, e.objects, e.first_us, e.last_us)
        for e in edges
    )
    pairs = tuple((e.account_a, e.account_b, one, other) for e in edges for one, other in e.messages)
    return GraphFile(nodes, links, pairs)


def _nodes(
    network: Network, places: Codes, platforms: Mapping[str, str], communities: Mapping[str, int]
) -> tuple[Node, ...]:
    shares = network.shares
    names = network.accounts_of(places)
    order = np.lexsort((shares.content, shares.account))
    account, content, times = shares.account[order], shares.content[order], shares.t_us[order]
    codes = np.unique(np.concatenate([network.a[places], network.b[places]]))
    bounds = zip(np.searchsorted(account, codes), np.searchsorted(account, codes, "right"), strict=True)
    return tuple(
        Node(
            name,
            name,
            platforms.get(name, ""),
            len(np.unique(content[first:last])),
            communities.get(name, -1),
            int(times[first:last].min()),
            int(times[first:last].max()),
        )
        for name, (first, last) in zip(names, bounds, strict=True)
    )


def pseudonyms(graph: GraphFile) -> dict[str, str]:
    """Name -> A001…, in the order of their first acts: the alphabet would say something of the names."""
    ordered = sorted(graph.nodes, key=lambda node: (node.first_us, node.last_us, node.n_messages, node.id))
    width = max(3, len(str(len(ordered))))
    return {node.id: f"A{number:0{width}d}" for number, node in enumerate(ordered, 1)}


def without_names(graph: GraphFile) -> GraphFile:
    """The same network under pseudonyms; the messages of the pairs are named M1… within it."""
    key = pseudonyms(graph)
    nodes = (node._replace(id=key[node.id], label=key[node.id]) for node in graph.nodes)
    links = (_ordered(link._replace(a=key[link.a], b=key[link.b])) for link in graph.links)
    number: dict[str, str] = {}
    pairs = [
        (key[a], key[b], *(number.setdefault(one, f"M{len(number) + 1}") for one in (mine, theirs)))
        for a, b, mine, theirs in graph.pairs
    ]
    turned = ((a, b, m, n) if a <= b else (b, a, n, m) for a, b, m, n in pairs)
    return GraphFile(tuple(sorted(nodes)), tuple(sorted(links, key=lambda link: link[:2])), tuple(turned))


def _ordered(link: Link) -> Link:
    return link if link.a <= link.b else link._replace(a=link.b, b=link.a)


def gexf(graph: GraphFile) -> Written:
    """GEXF 1.3, dynamic: every node and link lives from its first act to its last."""
    count: Counter[str] = Counter()
    ids = _xml_ids(graph, count)
    return Written("\n".join(_gexf_lines(graph, ids, count)) + "\n", count["replaced"])


_NODE_FIELDS: Final = (("platform", "string"), ("n_messages", "long"), ("community", "long"))
_LINK_FIELDS: Final = (("kinds", "string"), ("p_value", "double"), ("objects", "long"))
_TIMES: Final = (("first_t", "string"), ("last_t", "string"))


def _gexf_lines(graph: GraphFile, ids: Mapping[str, str], count: Counter[str]) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield '<gexf xmlns="http://gexf.net/1.3" version="1.3">'
    yield (
        '<graph mode="dynamic" defaultedgetype="undirected" timeformat="double" timerepresentation="interval">'
    )
    for name, fields in (("node", _NODE_FIELDS), ("edge", _LINK_FIELDS)):
        yield f'<attributes class="{name}" mode="static">'
        for at, (field, type_) in enumerate((*fields, *_TIMES)):
            yield f'<attribute id="{at}" title="{field}" type="{type_}"/>'
        yield "</attributes>"
    yield "<nodes>"
    for node in graph.nodes:
        label, span = _quoted(node.label, count), _span(node.first_us, node.last_us)
        values = _gexf_values(_node_values(node), count)
        yield f"<node id={_quoted(ids[node.id], count)} label={label} {span}>{values}</node>"
    yield "</nodes>"
    yield "<edges>"
    for at, link in enumerate(graph.links):
        ends = f"source={_quoted(ids[link.a], count)} target={_quoted(ids[link.b], count)}"
        span, values = _span(link.first_us, link.last_us), _gexf_values(_link_values(link), count)
        yield f'<edge id="{at}" {ends} weight="{link.weight}" {span}>{values}</edge>'
    yield "</edges>"
    yield "</graph>"
    yield "</gexf>"


def _node_values(node: Node) -> tuple[object, ...]:
    return node.platform, node.n_messages, node.community, said(node.first_us), said(node.last_us)


def _link_values(link: Link) -> tuple[object, ...]:
    return link.kinds, link.p_value, link.objects, said(link.first_us), said(link.last_us)


def _span(first_us: int, last_us: int) -> str:
    """Unix seconds: of the forms GEXF 1.3 allows, the one that every reader tried here understands."""
    return f'start="{first_us / 1e6!r}" end="{last_us / 1e6!r}"'


def _gexf_values(values: Sequence[object], count: Counter[str]) -> str:
    cells = (
        f'<attvalue for="{at}" value={_quoted(str(value), count)}/>'
        for at, value in enumerate(values)
        if value is not None
    )
    return f"<attvalues>{''.join(cells)}</attvalues>"


def graphml(graph: GraphFile) -> Written:
    """GraphML 1.0, undirected; a link without p-value has no such element."""
    count: Counter[str] = Counter()
    ids = _xml_ids(graph, count)
    return Written("\n".join(_graphml_lines(graph, ids, count)) + "\n", count["replaced"])


def _graphml_lines(graph: GraphFile, ids: Mapping[str, str], count: Counter[str]) -> Iterator[str]:
    node_fields = (("label", "string"), *_NODE_FIELDS, *_TIMES)
    link_fields = (("weight", "long"), *_LINK_FIELDS, *_TIMES)
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">'
    for name, fields in (("node", node_fields), ("edge", link_fields)):
        for field, type_ in fields:
            yield f'<key id="{name}_{field}" for="{name}" attr.name="{field}" attr.type="{type_}"/>'
    yield '<graph edgedefault="undirected">'
    for node in graph.nodes:
        values = _graphml_values("node", node_fields, (node.label, *_node_values(node)), count)
        yield f"<node id={_quoted(ids[node.id], count)}>{values}</node>"
    for link in graph.links:
        ends = f"source={_quoted(ids[link.a], count)} target={_quoted(ids[link.b], count)}"
        values = _graphml_values("edge", link_fields, (link.weight, *_link_values(link)), count)
        yield f"<edge {ends}>{values}</edge>"
    yield "</graph>"
    yield "</graphml>"


def _graphml_values(
    name: str, fields: Sequence[tuple[str, str]], values: Sequence[object], count: Counter[str]
) -> str:
    return "".join(
        f'<data key="{name}_{field}">{_escaped(str(value), count)}</data>'
        for (field, _), value in zip(fields, values, strict=True)
        if value is not None
    )


def _xml_ids(graph: GraphFile, count: Counter[str]) -> dict[str, str]:
    """Every id as XML can hold it; two that become equal are told apart by a number."""
    taken: set[str] = set()
    ids: dict[str, str] = {}
    for node in graph.nodes:
        wanted, number = _ILLEGAL.sub("\ufffd", node.id), 1
        found = wanted
        while found in taken:
            number += 1
            found = f"{wanted}#{number}"
        taken.add(found)
        ids[node.id] = found
    return ids


def _legal(text: str, count: Counter[str]) -> str:
    clean, replaced = _ILLEGAL.subn("\ufffd", text)
    count["replaced"] += replaced
    return clean


def _quoted(text: str, count: Counter[str]) -> str:
    return quoteattr(_legal(text, count))


def _escaped(text: str, count: Counter[str]) -> str:
    clean = _legal(text, count).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return clean.replace("\r", "&#13;")  # a bare one would be read back as a line feed


def said(at_us: int) -> str:
    """ISO 8601 UTC with Z; seconds alone when there is nothing finer."""
    text = (EPOCH + timedelta(microseconds=at_us)).isoformat()
    return text.replace("+00:00", "Z")


def edges_csv(graph: GraphFile) -> str:
    """One link a line; a cell that a spreadsheet would run is led by an apostrophe."""
    rows = (
        (link.a, link.b, link.weight, link.kinds, _number(link.p_value), link.objects, said(link.first_us),
         said(link.last_us))
        for link in graph.links
    )  # fmt: skip
    return _table(
        ("account_a", "account_b", "weight", "kinds", "p_value", "objects", "first_t", "last_t"), rows
    )


def nodes_csv(graph: GraphFile) -> str:
    rows = (
        (node.id, node.label, node.platform, node.n_messages, node.community, said(node.first_us),
         said(node.last_us))
        for node in graph.nodes
    )  # fmt: skip
    return _table(("id", "label", "platform", "n_messages", "community", "first_t", "last_t"), rows)


def key_csv(graph: GraphFile) -> str:
    """The key of `without_names`, for whoever keeps the data; never to be given with the network."""
    return _table(("pseudonym", "account"), sorted((name, own) for own, name in pseudonyms(graph).items()))


def pairs_ndjson(graph: GraphFile) -> str:
    """One pair of messages a line."""
    names = ("account_a", "account_b", "message_a", "message_b")
    lines = (json.dumps(dict(zip(names, pair, strict=True)), ensure_ascii=False) for pair in graph.pairs)
    return "".join(line + "\n" for line in lines)


def _number(value: float | None) -> str:
    return "" if value is None else repr(value)


def _table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return out.getvalue()


def _cell(value: object) -> object:
    runs = isinstance(value, str) and value.lstrip(" \n\xa0").startswith(FORMULA)
    return f"'{value}" if runs else value
