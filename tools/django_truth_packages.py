"""The packages that `django_truth` knows: what to install, and settings to migrate with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Package:
    """A package of the index: what to install, the folders that hold its applications, and settings to migrate with."""

    requirements: tuple[str, ...]
    folders: tuple[str, ...]
    settings: str
    environment: Mapping[str, str] = field(default_factory=dict)


_PLAIN = """
import os
SECRET_KEY = "x"
STATIC_URL = "/static/"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", {apps}]
DATABASES = {{"default": {{
    "ENGINE": "django.db.backends.postgresql", "NAME": os.environ["PGDATABASE"], "HOST": os.environ["PGHOST"],
    "PORT": os.environ["PGPORT"], "USER": "postgres",
}}}}
"""
_PULP = """
from pulpcore.app.settings import *
import os
FILE_UPLOAD_TEMP_DIR = None
DATABASES = {"default": {
    "ENGINE": "django.db.backends.postgresql", "NAME": os.environ["PGDATABASE"], "HOST": os.environ["PGHOST"],
    "PORT": os.environ["PGPORT"], "USER": "postgres",
}}
"""
PACKAGES = {
    "procrastinate": Package(
        ("procrastinate[django]==3.10.0", "django<6"),
        ("procrastinate",),
        _PLAIN.format(apps='"procrastinate.contrib.django"'),
    ),
    "pulpcore": Package(
        ("pulpcore==3.123.1",),
        ("pulpcore", "pulp_file", "pulp_certguard"),
        _PULP,
        {
            "PULP_SECRET_KEY": "x",
            "PULP_CONTENT_ORIGIN": "http://localhost",
            "PULP_DB_ENCRYPTION_KEY": "{scratch}/key",
            "PULP_REDIRECT_TO_OBJECT_STORAGE": "false",
            "PULP_TELEMETRY": "false",
        },
    ),
    "wagtail": Package(
        ("wagtail==7.2", "django<6"),
        ("wagtail", "taggit"),
        _PLAIN.format(
            apps=", ".join(
                f'"{app}"'
                for app in (
                    *("wagtail.contrib.forms", "wagtail.contrib.redirects", "wagtail.contrib.search_promotions"),
                    *("wagtail.embeds", "wagtail.sites", "wagtail.users", "wagtail.snippets", "wagtail.documents"),
                    *("wagtail.images", "wagtail.search", "wagtail.admin", "wagtail", "modelcluster", "taggit"),
                )
            )
        ),
    ),
    "oauth-toolkit": Package(
        ("django-oauth-toolkit==3.0.1", "django<6"),
        ("oauth2_provider",),
        _PLAIN.format(apps='"oauth2_provider"'),
    ),
}
