"""The forms of signing in and of account settings, and the messages for wrong credentials."""

from __future__ import annotations

from wtforms import Form, HiddenField, PasswordField, RadioField, StringField

from portal.vocabulary.mail import MailChoice
from portal.web.presentation.i18n import N_, gettext


class SignInForm(Form):
    email = StringField(N_("Email address"))
    password = PasswordField(N_("Password"))
    next = HiddenField()


class CodeForm(Form):
    code = StringField(N_("One-time code"))
    next = HiddenField()


class ForgottenPasswordForm(Form):
    email = StringField(N_("Email address"))


class ChoosePasswordForm(Form):
    password = PasswordField(N_("New password"))


class OwnNameForm(Form):
    name = StringField(N_("Name"))


class MailChoiceForm(Form):
    mail = RadioField(N_("Mail about your work"), choices=list(MailChoice))


class LanguageForm(Form):
    language = RadioField(N_("Language"), choices=[])


class ChangePasswordForm(Form):
    current_password = PasswordField(N_("Current password"))
    code = StringField(N_("One-time code"))
    password = PasswordField(N_("New password"))


class ChangeEmailForm(Form):
    email = StringField(N_("New email address"), id="new-email")
    current_password = PasswordField(N_("Current password"), id="email-present")
    code = StringField(N_("One-time code"), id="email-code")


def wrong_password_message() -> str:
    return gettext("Your email address or password is wrong. Check both, or choose a new password.")


def wrong_code_message() -> str:
    return gettext(
        "This code is wrong, already used or too old. Check the time on your device and enter the next code."
    )
