"""The two addresses of the identity provider's flow: where it begins, and where people come back."""

from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from midstream.web.signin.provider import Flow


@login_not_required
@require_POST
def login(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Return the way to the provider."""
    return _walk(OAuth2LoginView, request, provider_id)


@login_not_required
@require_safe
def callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Return the way on, for somebody who comes back from the provider."""
    return _walk(OAuth2CallbackView, request, provider_id)


def _walk(step: type, request: HttpRequest, provider_id: str) -> HttpResponse:
    try:
        flow = Flow(request, provider_id)
        provider = flow.get_provider()
    except SocialApp.DoesNotExist:
        raise Http404 from None
    try:
        answer: HttpResponse = step.adapter_view(flow)(request)  # type: ignore[attr-defined]  # allauth has no types
    except OAuth2Error as error:
        answer = render_authentication_error(request, provider, exception=error)
    return answer


urlpatterns = [
    path("oidc/<str:provider_id>/login/", login, name="openid_connect_login"),
    path("oidc/<str:provider_id>/login/callback/", callback, name="openid_connect_callback"),
]
