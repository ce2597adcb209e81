"""Addresses of accounts, roles and keys."""

from django.urls import path

from tongjian.site.access import views_own, views_rights, views_users

app_name = "access"
urlpatterns = [
    path("", views_own.account, name="account"),
    path("switch", views_own.switch, name="switch"),
    path("sessions", views_own.sessions, name="sessions"),
    path("tokens", views_own.tokens, name="tokens"),
    path("tokens/<slug:prefix>/revoke", views_own.token_revoke, name="token_revoke"),
    path("roles", views_rights.permission_table, name="roles"),
    path("assignments", views_rights.assignments, name="assignments"),
    path("assignments/end", views_rights.assignment_end, name="assignment_end"),
    path("users", views_users.users, name="users"),
    path("users/new", views_users.user_create, name="user_create"),
    path("user/<str:username>", views_users.user, name="user"),
    path("user/<str:username>/close", views_users.user_close, name="user_close"),
    path("user/<str:username>/reopen", views_users.user_reopen, name="user_reopen"),
    path("user/<str:username>/reset", views_users.user_reset, name="user_reset"),
    path("user/<str:username>/factor", views_users.user_factor, name="user_factor"),
    path("user/<str:username>/link", views_users.user_link, name="user_link"),
    path("user/<str:username>/give", views_users.membership_give, name="membership_give"),
    path("user/<str:username>/end", views_users.membership_end, name="membership_end"),
]
