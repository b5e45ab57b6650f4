"""The web desk as a Django app."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The app that keeps accounts and draws pages."""

    name = "midstream.web"
    label = "web"
    default_auto_field = "django.db.models.BigAutoField"
