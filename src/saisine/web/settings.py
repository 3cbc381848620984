"""Django settings of the web application."""

SECRET_KEY = "tests only"
INSTALLED_APPS: list[str] = []
USE_TZ = True
