"""Django settings of the web application. The database is bound when a workspace is opened.

They are those of one computer that serves itself; `server.apply` turns them into those of a server behind HTTPS.
"""

import secrets
from pathlib import Path

from saisine.casework.django_setup import APPLICATIONS, database
from saisine.casework.django_setup import TASKS as TASKS

HERE = Path(__file__).parent

# drawn anew for each process; `wsgi.prepare` puts the workspace's own in its place
SECRET_KEY = secrets.token_urlsafe(48)
DEBUG = False
INSTALLED_APPS = [
    "django.contrib.staticfiles",
    "django_htmx",
    *APPLICATIONS,
    "saisine.web",  # before allauth: its templates are replaced by ours
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "saisine.web.accounts",
    "allauth",
    "allauth.account",
    "allauth.mfa",
]
DATABASES = {"default": database(None)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# loopback names alone: a foreign name re-pointed to this computer (DNS rebinding) is refused with 400
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
ROOT_URLCONF = "saisine.web.urls"
MIDDLEWARE = [
    "saisine.web.middleware.Guard",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "saisine.web.middleware.Packed",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "saisine.web.middleware.Language",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "saisine.web.accounts.gate.Gate",
    "saisine.web.middleware.Left",
    "saisine.web.personal.Exposure",
    "saisine.web.personal.Drafts",
    "saisine.web.middleware.Explain",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csrf",
                "saisine.web.navigation.shell",
                "saisine.web.personal.personal",
            ]
        },
    }
]
USE_TZ = True
TIME_ZONE = "Europe/Paris"

# French is the source of every text; English is chosen by the person, never guessed from the browser
LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "Français"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "saisine_language"
LOCALE_PATHS = [HERE / "locale"]
USE_I18N = True

STATIC_URL = "/static/"
# static files are served from the packages themselves: nothing to collect, nothing to configure
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# --- accounts: signed in by name, in the workspace's own database; no mail, nobody signs up alone
AUTH_USER_MODEL = "accounts.Account"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["username"]},
    },
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
SESSION_ENGINE = "saisine.web.accounts.sessions"
SESSION_COOKIE_NAME = "saisine_session"
SESSION_COOKIE_SAMESITE = "Strict"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
ACCOUNT_ADAPTER = "saisine.web.accounts.adapters.Accounts"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
# five wrong passwords for one name, twenty from one address, then five minutes of waiting
ACCOUNT_RATE_LIMITS = {"login_failed": "5/5m/key,20/5m/ip", "reauthenticate": "5/5m/user"}
MFA_ADAPTER = "saisine.web.accounts.adapters.SecondFactors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 1  # a telephone whose clock is half a minute off
CSRF_FAILURE_VIEW = "saisine.web.pages.frame.csrf_failed"

# a folder of captures is one request: its files go to disk, so their number is no danger to memory
FILE_UPLOAD_HANDLERS = ["saisine.web.uploads.WorkspaceSpool"]
DATA_UPLOAD_MAX_NUMBER_FILES = 50_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 60_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 20 * 1024 * 1024
