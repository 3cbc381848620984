"""The session engine: Django's own over our table, so that each row knows its account and its device."""

from datetime import UTC, datetime
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

DEVICE, BEGUN = "device", "begun"


class SessionStore(DatabaseStore):
    """What `settings.SESSION_ENGINE` names."""

    @classmethod
    def get_model_class(cls) -> Any:
        from saisine.web.accounts.models import OpenSession

        return OpenSession

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        row: Any = super().create_model_instance(data)
        row.account_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        row.device = str(data.get(DEVICE, ""))[:60]
        begun = data.get(BEGUN)
        row.begun_at = datetime.fromtimestamp(begun, UTC) if isinstance(begun, float) else None
        return row
