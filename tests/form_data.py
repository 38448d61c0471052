"""Forms on a page, as a browser would send them."""


def filled(page, /, **changes):
    """The fields of the project form on a page as a browser would send them, some changed; None leaves one out."""
    fields = as_sent(page.one("#project-form")) | changes
    return {name: value for name, value in fields.items() if value is not None}


def as_sent(form):
    """What a browser would send if nobody typed anything."""
    fields = {}
    for element in form.query("input, textarea, select"):
        name, kind = element.attrs.get("name"), element.attrs.get("type", "")
        if not name:
            continue
        if element.name == "textarea":
            fields[name] = element.to_text(separator="", strip=False).removeprefix("\n")
        elif element.name == "select":
            chosen = [o.attrs.get("value", "") for o in element.query("option") if "selected" in o.attrs]
            fields[name] = chosen[0] if chosen else ""
        elif kind in ("checkbox", "radio"):
            if "checked" in element.attrs:
                value = element.attrs["value"]
                fields[name] = [*listed(fields.get(name, [])), value] if kind == "checkbox" else value
        else:
            fields[name] = element.attrs.get("value", "")
    return fields


def listed(value):
    return value if isinstance(value, list) else [value]
