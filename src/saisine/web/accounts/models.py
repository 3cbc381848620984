"""An account lets a member sign in; an open session is one of her devices. Nothing else is known of her.

No mail address: nothing is sent. Whoever loses her password gets a new one-use link from the lead.
"""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models

from saisine.casework.models import Member


class AccountManager(BaseUserManager["Account"]):
    def get_by_natural_key(self, username: str | None) -> "Account":
        """Letters' case does not tell two people apart."""
        return self.get(username__iexact=username)


class Account(AbstractBaseUser):
    """What someone signs in with. `username` is chosen by her, and may be a pseudonym."""

    username = models.CharField(max_length=40, unique=True)
    member = models.OneToOneField(Member, on_delete=models.PROTECT, related_name="account")
    is_active = models.BooleanField(default=True)

    USERNAME_FIELD = "username"
    objects = AccountManager()


class OpenSession(AbstractBaseSession):
    """A signed-in browser. Deleting the row ends it at the next request."""

    account = models.ForeignKey(Account, null=True, on_delete=models.CASCADE, related_name="devices")
    device = models.CharField(max_length=60, default="")
    begun_at = models.DateTimeField(null=True)

    @classmethod
    def get_session_store_class(cls) -> "type[SessionBase] | None":
        from saisine.web.accounts.sessions import SessionStore

        return SessionStore
