"""The forms of confirmation pages: a publication time, a due date, a reason."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time

from wtforms import BooleanField, DateField, Form, StringField, TimeField

from portal.errors import FieldError, ValidationFailed
from portal.web.presentation.i18n import gettext

_DATE_FORMAT, _TIME_FORMAT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"), re.compile(r"[0-9]{2}:[0-9]{2}")
_END_OF_DAY = time(23, 59, 59)


class IsoDateField(DateField):
    """A date exactly as a browser sends it; strptime alone also accepts 2027-1-1 and other digits."""

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata([_matching(valuelist, _DATE_FORMAT)])


class IsoTimeField(TimeField):
    """A time of day exactly as a browser sends it, without seconds."""

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata([_matching(valuelist, _TIME_FORMAT)])


class PublishTimeForm(Form):
    """When to publish, in UTC."""

    day = IsoDateField()
    time = IsoTimeField()

    def publish_time(self) -> datetime:
        """Raise ValidationFailed unless both fields hold a value."""
        if self.day.data is None or self.time.data is None:
            advice = gettext("Enter the date as 2027-01-31 and the time as 14:30, in UTC.")
            raise ValidationFailed([FieldError("publish_at", gettext("This is not a valid date and time."), advice)])
        return datetime.combine(self.day.data, self.time.data, UTC)


class DueDateForm(Form):
    """The date by which a submission is to be decided; `clear` is the button that removes it."""

    day = IsoDateField()
    clear = BooleanField(false_values=("",))

    def due_at(self) -> datetime | None:
        """The end of the day, in UTC; None to remove the due date. Raise ValidationFailed without a date."""
        if self.clear.data:
            return None
        if self.day.data is None:
            advice = gettext("Enter it as 2027-01-31.")
            raise ValidationFailed([FieldError("due_at", gettext("This is not a valid date."), advice)])
        return datetime.combine(self.day.data, _END_OF_DAY, UTC)


class ReasonForm(Form):
    """The public reason of a withdrawal. The service checks it, because the command line gives one too."""

    reason = StringField(default="")


def _matching(values: list[str], pattern: re.Pattern[str]) -> str:
    """The posted value; ValueError, which WTForms reports at the field, when it has another format."""
    text = values[0].strip() if values else ""
    if not pattern.fullmatch(text):
        raise ValueError(text)
    return text
