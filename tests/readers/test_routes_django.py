"""Routes of Django and of Django REST framework."""

from __future__ import annotations

import pytest

from schemalint.facts.routes import Handler
from schemalint.facts.unknown import Unknown
from schemalint.interpret.program import Program
from schemalint.project.routes import routes
from schemalint.source.frontend_ast import lower

VIEWS = """
from django.views import View
from django.views.generic import ListView
from django.views.decorators.http import require_POST
from rest_framework.decorators import api_view, action
from rest_framework.views import APIView
from rest_framework import viewsets
from rest_framework.viewsets import ModelViewSet

def index(request): ...
@require_POST
def save(request): ...
class Detail(View):
    def get(self, request): ...
    def post(self, request): ...
class Items(ListView):
    model = None
class Rest(APIView):
    def put(self, request): ...
class Users(ModelViewSet):
    def list(self, request): ...
    def destroy(self, request): ...
    def get_queryset(self): ...
    @action(detail=True, methods=['post'], url_path='lock-out')
    def lock(self, request): ...
"""
URLS = "from django.urls import include, path, re_path\nfrom app import views\n"


def read(urls: str, **files: str) -> list[tuple[object, ...]]:
    texts = {"app/views.py": VIEWS, "app/urls.py": URLS + urls} | {
        f"{name.replace('__', '/')}.py": text for name, text in files.items()
    }
    program = Program({path: lower(text) for path, text in texts.items()})
    return [
        (route.methods, route.full_paths, route.handler.name if isinstance(route.handler, Handler) else None)
        for route in routes(program, program.modules)
        if not isinstance(route.path, Unknown)
    ]


@pytest.mark.parametrize(
    ("urls", "expected"),
    [
        ("urlpatterns = [path('x/', views.index)]", [((), ("x/",), "index")]),
        ("urlpatterns = [path('x/', view=views.index, name='x')]", [((), ("x/",), "index")]),
        ("urlpatterns = [re_path(r'^x/$', views.save)]", [(("POST",), ("^x/$",), "save")]),
        ("urlpatterns = []\nurlpatterns.append(path('x/', views.index))", [((), ("x/",), "index")]),
        ("urlpatterns = [path('x/', wrap(views.index))]", [((), ("x/",), "index")]),
        (
            "urlpatterns = [path('x/', wrap(views.Detail.as_view()))]",
            [(("GET",), ("x/",), "Detail.get"), (("POST",), ("x/",), "Detail.post")],
        ),
        (
            "urlpatterns = [path('x/', views.Detail.as_view(http_method_names=['get']))]",
            [(("GET",), ("x/",), "Detail.get")],
        ),
        (
            "class Closed(views.Detail):\n    http_method_names = ['post']\n"
            "urlpatterns = [path('x/', Closed.as_view())]",
            [(("POST",), ("x/",), "Detail.post")],
        ),
        ("urlpatterns = [path('x/', views.Items.as_view())]", [((), ("x/",), "Items")]),
        ("urlpatterns = [path('x/', views.Rest.as_view())]", [(("PUT",), ("x/",), "Rest.put")]),
        ("urlpatterns = [path('x/', views.Users.as_view({'get': 'list'}))]", [(("GET",), ("x/",), "Users.list")]),
        ("urlpatterns = [path('x/', include([path('y/', views.index)]))]", [((), ("x/y/",), "index")]),
        (
            "inner = [path('y/', views.index)]\nurlpatterns = [path('x/', include((inner, 'ns')))]",
            [((), ("x/y/",), "index")],
        ),
        (
            "from rest_framework.routers import DefaultRouter\nrouter = DefaultRouter()\n"
            "router.register('users', views.Users)\nurlpatterns = [path('api/', include(router.urls))]",
            [
                (("DELETE",), ("api/users/{pk}/",), "Users.destroy"),
                (("GET",), ("api/users/",), "Users.list"),
                (("POST",), ("api/users/{pk}/lock-out/",), "Users.lock"),
            ],
        ),
        (
            "from rest_framework.routers import SimpleRouter\nrouter = SimpleRouter()\n"
            "router.register('users', views.Users)\nurlpatterns = [] + router.urls",
            [
                (("DELETE",), ("users/{pk}/",), "Users.destroy"),
                (("GET",), ("users/",), "Users.list"),
                (("POST",), ("users/{pk}/lock-out/",), "Users.lock"),
            ],
        ),
    ],
)
def test_urlconfs_name_the_handlers(urls: str, expected: list[tuple[object, ...]]) -> None:
    assert read(urls) == expected


def test_an_included_urlconf_stands_below_its_prefix() -> None:
    root = "from django.urls import include, path\nurlpatterns = [path('api/', include('app.urls'))]"

    assert read("urlpatterns = [path('x/', views.index)]", project__urls=root) == [((), ("api/x/",), "index")]


@pytest.mark.parametrize("taken", ["[*inner, path('y/', views.save)]", "inner + [path('y/', views.save)]"])
def test_a_list_may_take_in_another_module_s(taken: str) -> None:
    users = "from django.urls import path\nfrom app import views\nurlpatterns = [path('x/', views.index)]"
    root = "from django.urls import include, path\nurlpatterns = [path('api/', include('app.urls'))]"
    urls = f"from app.users import urlpatterns as inner\nurlpatterns = {taken}"

    assert read(urls, app__users=users, project__urls=root) == [
        (("POST",), ("api/y/",), "save"),
        ((), ("api/x/",), "index"),
    ]


def test_dispatch_serves_where_no_method_does() -> None:
    views = """
from django.views import View
class Base(View):
    def dispatch(self, request): ...
class Other(Base):
    def get(self, request): ...
"""
    urls = "from app import more\nurlpatterns = [path('x/', more.Base.as_view()), path('y/', more.Other.as_view())]"

    assert read(urls, app__more=views) == [((), ("x/",), "Base.dispatch"), (("GET",), ("y/",), "Other.get")]


def test_views_without_a_urlconf_are_handlers_of_an_unknown_path() -> None:
    text = VIEWS + "@api_view(['GET'])\ndef listed(request): ...\ndef helper(request): ...\n"
    program = Program({"app/views.py": lower(text)})
    found = {
        route.handler.name: (route.framework, route.methods)
        for route in routes(program, program.modules)
        if isinstance(route.path, Unknown) and isinstance(route.handler, Handler)
    }

    assert found == {
        "Detail.get": ("django", ("GET",)),
        "Detail.post": ("django", ("POST",)),
        "Rest.put": ("django-rest-framework", ("PUT",)),
        "Users.list": ("django-rest-framework", ("GET",)),
        "Users.destroy": ("django-rest-framework", ("DELETE",)),
        "Users.lock": ("django-rest-framework", ("POST",)),
        "listed": ("django-rest-framework", ("GET",)),
    }


def test_a_path_of_another_library_is_no_route() -> None:
    assert read("from os import path\nx = path('x/', views.index)") == []
