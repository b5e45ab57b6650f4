"""How people sign in: django-allauth with our rules, and the demo's open door."""
