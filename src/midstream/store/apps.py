"""The store as a Django app."""

from django.apps import AppConfig


class StoreConfig(AppConfig):
    """The app that keeps facts, read models and blobs."""

    name = "midstream.store"
    label = "store"
    default_auto_field = "django.db.models.BigAutoField"
