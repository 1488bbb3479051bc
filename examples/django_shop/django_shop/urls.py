"""Where what is."""

from django.urls import path

from . import views

urlpatterns = [
    path("", views.index),
    path("code", views.ask_for_code),
    path("sign-in", views.sign_in),
    path("reports/<str:token>", views.take_report),
]
