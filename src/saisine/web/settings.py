"""Django settings of the web application. The database is bound when a workspace is opened."""

import secrets
from pathlib import Path

from saisine.casework.django_setup import APPLICATIONS, database
from saisine.casework.django_setup import TASKS as TASKS

HERE = Path(__file__).parent

# drawn anew for each process; `wsgi.prepare` puts the workspace's own in its place
SECRET_KEY = secrets.token_urlsafe(48)
DEBUG = False
INSTALLED_APPS = ["django.contrib.staticfiles", "django_htmx", *APPLICATIONS, "saisine.web"]
DATABASES = {"default": database(None)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# loopback names alone: a foreign name re-pointed to this computer (DNS rebinding) is refused with 400
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
ROOT_URLCONF = "saisine.web.urls"
MIDDLEWARE = [
    "saisine.web.middleware.Guard",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "saisine.web.middleware.Language",
    "django.middleware.csrf.CsrfViewMiddleware",
    "saisine.web.middleware.Left",
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
CSRF_FAILURE_VIEW = "saisine.web.pages.frame.csrf_failed"

# a folder of captures is one request: its files go to disk, so their number is no danger to memory
FILE_UPLOAD_HANDLERS = ["saisine.web.uploads.WorkspaceSpool"]
DATA_UPLOAD_MAX_NUMBER_FILES = 50_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 60_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 20 * 1024 * 1024
