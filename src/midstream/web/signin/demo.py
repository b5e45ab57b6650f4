"""The demo's open door: whoever asks is one of its invented people, without a password, while the store is the demo.

It cannot open a real store: `is_demo` is asked when somebody comes in and again on every request, and the server
offers the door on loopback alone.
"""

from allauth.usersessions.models import UserSession
from django.contrib.auth import get_user_model, login
from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from midstream.desk.demo import DUTY
from midstream.web.models import Account
from midstream.web.parts import parts, the_desk


class DemoBackend(BaseBackend):
    """Knows the people of the demo, as long as the store is the demo and nothing else."""

    def authenticate(self, request: HttpRequest | None, demo_person: str = "") -> Account | None:
        """Return the account of an invented person, made when they first come; None in every other store."""
        del request
        if not demo_person or demo_person not in demo_people():
            return None
        account, is_new = get_user_model().objects.get_or_create(person=demo_person)
        if is_new:
            account.set_unusable_password()
            account.save()
        return account if account.is_active else None

    def get_user(self, user_id: int) -> Account | None:
        """Return the account of a session, while the store is still the demo."""
        account = get_user_model().objects.filter(pk=user_id, is_active=True).first()
        return account if account and account.person in demo_people() else None


DEMO = f"{DemoBackend.__module__}.{DemoBackend.__qualname__}"
"""The name of the open door in a session."""


def demo_people() -> dict[str, tuple[str, ...]]:
    """Return the people of the demo with their roles, who is on duty first; none when the store is not the demo."""
    desk = the_desk()
    if not parts().is_demo(desk):
        return {}
    people = [person for project in desk.projects().values() for person in project.people]
    return {person.name: person.roles for person in sorted(people, key=lambda person: person.name != DUTY)}


@login_not_required
@require_POST
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in as one of the demo's people; there is no such page elsewhere."""
    account = DemoBackend().authenticate(request, demo_person=request.POST.get("person", ""))
    if account is None:
        raise Http404
    login(request, account, backend=DEMO)
    UserSession.objects.create_from_request(request)
    return redirect("today")
