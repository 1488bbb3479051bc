"""Settings of the shop. What is secret comes from the environment."""

import os
from pathlib import Path

SECRET_KEY = os.environ.get("SECRET_KEY") or os.urandom(32).hex()  # set it, or each process has its own
DEBUG = False
ALLOWED_HOSTS = os.environ.get("ALLOWED_HOSTS", "127.0.0.1,localhost").split(",")

INSTALLED_APPS = ["django.contrib.sessions", "django_shop"]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
ROOT_URLCONF = "django_shop.urls"

DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": Path(__file__).parents[1] / "shop.sqlite3"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Codes and limits are here. With several processes, let all of them share one: Redis, Memcached or the database.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
USE_TZ = True
TIME_ZONE = "UTC"

# Arguments of laaffic.Client. The keys are not here: it reads LAAFFIC_API_KEY, LAAFFIC_API_SECRET and LAAFFIC_APP_ID,
# and so the tests' gateway can set others.
LAAFFIC = {"timeout": (3, 10)}  # somebody is waiting for the response
# A part of the path to which reports are pushed: long and random. Empty, nobody may push.
REPORTS_TOKEN = os.environ.get("REPORTS_TOKEN", "")
