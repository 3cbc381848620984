"""`saisine aide`: help numbers, each with the date on which it was checked."""

from saisine.cli.app import Json, app, clock
from saisine.cli.output import print_json, print_table, say
from saisine.cli.words import LANGUAGE, _


@app.command(help=_("Numéros d’aide, avec la date de leur vérification."))
def aide(as_json: Json = False) -> None:
    from saisine.learning.aide import load_help

    numbers = load_help()
    if as_json:
        print_json([number.as_json() for number in numbers])
        return
    print_table(
        [_("Numéro"), _("Pour quoi"), _("Vérifié le")],
        [(n.number, n.label(LANGUAGE), n.checked_words(LANGUAGE, clock().date())) for n in numbers],
    )
    say()
    say(_("En danger immédiat : 17 ou 112, ou 114 par SMS."))
