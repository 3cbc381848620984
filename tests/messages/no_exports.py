"""Small files that are no export, though they have keys, columns, dates or names in common with one."""

NO_EXPORT: tuple[tuple[str, bytes], ...] = (
    (
        "package.json",
        b'{"name": "x", "version": "1.0.0", "dependencies": {"a": "^1"}, "author": "Ada", "id": 1}',
    ),
    (
        "a.geojson",
        b'{"type": "FeatureCollection", "features": [{"type": "Feature", "id": 1, '
        b'"properties": {"name": "x", "text": "y"}}]}',
    ),
    (
        "schema.json",
        b'{"$schema": "x", "properties": {"id": {"type": "string"}, "text": '
        b'{"type": "string"}, "created_at": {"type": "string"}, "author_id": {"type": "string"}}}',
    ),
    (
        "openapi.json",
        b'{"openapi": "3.0", "paths": {"/2/tweets": {"get": {"parameters": '
        b'[{"name": "tweet.fields"}]}}}, "components": {"schemas": {"public_metrics": {}}}}',
    ),
    (
        "notebook.ipynb",
        b'{"cells": [{"cell_type": "code", "source": ["import json"], "outputs": [], "metadata": {}}], "nbformat": 4}',
    ),
    (
        "contacts.vcf",
        b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ada Exemple\r\nEMAIL:ada@exemple.test\r\nEND:VCARD\r\n",
    ),
    (
        "agenda.ics",
        b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nDTSTART:20261001T100000Z\r\nSUMMARY:AG\r\nEND:VEVENT\r\n",
    ),
    (
        "access.log",
        b'203.0.113.5 - - [01/Oct/2026:10:00:00 +0200] "GET / HTTP/1.1" 200 12 "-" "Firefox"\n' * 5,
    ),
    ("syslog", b"Oct  1 10:00:00 poste systemd[1]: Started Session 1 of user ada.\n" * 5),
    (
        "app.log",
        b"2026-10-01 10:00:00,123 INFO root: started\n2026-10-01 10:00:01,123 WARN root: slow: 3 s\n" * 4,
    ),
    (
        "subtitles.srt",
        "1\n00:00:01,000 --> 00:00:04,000\nBonjour à toutes\n\n2\n00:00:05,000 --> 00:00:06,000\nMerci\n".encode(),
    ),
    (
        "dump.sql",
        b"INSERT INTO comments (id, author, text, created_at) VALUES (1, 'Ada', 'Bonjour', '2026-10-01 10:00:00');\n",
    ),
    (
        "notes.md",
        "# Compte rendu\n\n- 10:00 Ada : bonjour\n- 10:05 Zoé : merci\n\n[lien](https://e.test)\n".encode(),
    ),
    ("scene.txt", "ADA : Bonjour.\nZOÉ : Merci d’être là.\nADA : On commence ?\n".encode()),
    ("facture.csv", b"Date;Libelle;Montant\n01/10/2026;Papier;12,50\n02/10/2026;Encre;30,00\n"),
    ("membres.csv", "Nom;Prénom;Courriel;Adhésion\nExemple;Ada;ada@e.test;2026\n".encode()),
    ("releve.csv", b"date,open,high,low,close,volume\n2026-10-01,1,2,0,1,100\n"),
    ("id.csv", b"id,name\n1,Ada\n2,Zoe\n"),
    ("rows.jsonl", b'{"id": "1", "name": "Ada"}\n{"id": "2", "name": "Zoe"}\n'),
    ("texts.jsonl", b'{"text": "Bonjour", "label": 0}\n{"text": "Merci", "label": 1}\n'),
    (
        "users.json",
        b'{"data": [{"id": "12", "username": "ada", "name": "Ada"}], "meta": {"result_count": 1}}',
    ),
    (
        "messages.json",
        b'{"messages": [{"role": "user", "content": "Bonjour"}, {"role": "assistant", "content": "Oui"}]}',
    ),
    ("comments.json", b'{"comments": []}'),
    ("data.json", b'{"data": [], "paging": {"cursors": {"before": "a", "after": "b"}}}'),
    (
        "items.json",
        b'{"kind": "youtube#searchListResponse", "items": [{"id": {"videoId": "x"}, "snippet": {"title": "y", '
        b'"publishedAt": "2026-10-01T10:00:00Z"}}]}',
    ),
    (
        "page.xml",
        b'<?xml version="1.0"?><rss><channel><item><title>x</title>'
        b"<pubDate>Thu, 01 Oct 2026 10:00:00 GMT</pubDate></item></channel></rss>",
    ),
    (
        "code.py",
        b"import json\n\nfrom x import y\n\n\ndef main() -> None:\n    print(json.dumps({'id': 1}))\n",
    ),
    ("code.js", b"window.YTD = {};\nwindow.addEventListener('load', () => { window.YTD.tweets = []; });\n"),
    ("mails.txt", "From : Ada\nSubject : la réunion\n\nBonjour,\nDate : mardi\n".encode()),
    (
        "headers.txt",
        b"HTTP/1.1 200 OK\r\nDate: Thu, 01 Oct 2026 10:00:00 GMT\r\nContent-Type: text/html\r\n\r\nx",
    ),
    (
        "diff.patch",
        b"From 0123456789abcdef0123456789abcdef01234567 Mon Sep 17 00:00:00 2001\n"
        b"--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n",
    ),
    ("horaires.txt", b"10:00 - 11:00 : accueil\n11:00 - 12:00 : atelier\n14:00 - 15:00 : bilan\n"),
    ("todo.txt", b"[x] 01/10/2026 reserver la salle\n[ ] 02/10/2026 envoyer les invitations\n"),
    ("vide.json", b"{}\n[]\nnull\n"),
    ("nombres.json", b"[1, 2, 3, [4, 5], {}]"),
)
