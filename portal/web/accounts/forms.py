"""The forms of signing in and of account settings, and the messages for wrong credentials."""

from __future__ import annotations

from wtforms import Form, HiddenField, PasswordField, RadioField, StringField

from portal.vocabulary.mail import MailChoice
from portal.web.presentation.i18n import gettext


class SignInForm(Form):
    email = StringField(gettext("Email address"))
    password = PasswordField(gettext("Password"))
    next = HiddenField()


class CodeForm(Form):
    code = StringField(gettext("One-time code"))
    next = HiddenField()


class ForgottenPasswordForm(Form):
    email = StringField(gettext("Email address"))


class ChoosePasswordForm(Form):
    password = PasswordField(gettext("New password"))


class OwnNameForm(Form):
    name = StringField(gettext("Name"))


class MailChoiceForm(Form):
    mail = RadioField(gettext("Mail about your work"), choices=list(MailChoice))


class ChangePasswordForm(Form):
    current_password = PasswordField(gettext("Current password"))
    code = StringField(gettext("One-time code"))
    password = PasswordField(gettext("New password"))


class ChangeEmailForm(Form):
    email = StringField(gettext("New email address"), id="new-email")
    current_password = PasswordField(gettext("Current password"), id="email-present")
    code = StringField(gettext("One-time code"), id="email-code")


def wrong_password_message() -> str:
    return gettext("Your email address or password is wrong. Check both, or choose a new password.")


def wrong_code_message() -> str:
    return gettext(
        "This code is wrong, already used or too old. Check the time on your device and enter the next code."
    )
