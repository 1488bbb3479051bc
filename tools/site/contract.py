"""The pages of the contract: tables of its endpoints and fields, which the site's search finds, and Redoc's page."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

ABOUT = """\
# The contract

[The contract as a page](openapi.html) shows every endpoint, field and status, with examples in Python and for curl. It
is made from [openapi.yaml](openapi.yaml), from which the client, the mock's rules and the table of statuses are
generated, too; what is inferred there is marked. The page is for reading: it sends nothing.
"""
FIELDS = "| field | type | required | what it is |\n|---|---|---|---|"
PAGE = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'self' 'unsafe-inline' blob:; worker-src blob:; style-src 'unsafe-inline'; img-src data:; connect-src 'none'; base-uri 'none'; form-action 'none'">
<title>The contract - laaffic</title>
<style>
@media (prefers-color-scheme: dark) { /* what Redoc's theme leaves dark on dark, or light on light */
  #contract h5, #contract h5 * { color: #aeb2bd !important; }
  #contract .react-tabs__tab--selected { color: #263238 !important; }
}
</style>
<body style="margin: 0">
<nav style="padding: 0.5rem 1rem; font: 1rem sans-serif"><a href="contract.html">Back to the documentation</a></nav>
<div id="contract"></div>
<script src="assets/redoc.standalone.js"></script>
<script>
const dark = {
  colors: {
    primary: {main: "#8ab4f8"}, text: {primary: "#e2e4e9", secondary: "#aeb2bd"}, border: {dark: "#555", light: "#333"},
    success: {main: "#7bd88f"}, error: {main: "#ff8a80"}, responses: {success: {color: "#7bd88f"}},
  },
  schema: {nestedBackground: "#262a33", typeNameColor: "#aeb2bd", requireLabelColor: "#ff8a80", linesColor: "#555"},
  sidebar: {backgroundColor: "#1a1d24", textColor: "#e2e4e9", activeTextColor: "#8ab4f8"},
  typography: {code: {color: "#ffb4a9", backgroundColor: "#262a33"}, links: {color: "#8ab4f8"}},
};
const theme = matchMedia("(prefers-color-scheme: dark)").matches ? dark : {};
Redoc.init(CONTRACT, {hideDownloadButtons: true, nativeScrollbars: true, theme}, document.getElementById("contract"));
</script>
</body>
</html>
"""  # noqa: E501  # a policy is one line


def as_page(contract: Mapping[str, Any]) -> str:
    """Return the page that Redoc fills."""
    return PAGE.replace("CONTRACT", json.dumps(contract).replace("</", "<\\/"), 1)


def as_tables(contract: Mapping[str, Any]) -> str:
    """Return every endpoint and field as Markdown."""
    return ABOUT + "\n" + "\n".join(_lines(contract)) + "\n"


def _lines(contract: Mapping[str, Any]) -> Iterator[str]:
    yield from ("## Endpoints", "", "| endpoint | what for | parameters | body | response |", "|---|---|---|---|---|")
    parameters: dict[str, Mapping[str, Any]] = {}
    for path, methods in contract["paths"].items():
        for method, operation in methods.items():
            given = [_resolved(contract, each) for each in operation["parameters"]]
            parameters |= {each["name"]: each for each in given}
            names = ", ".join(f"`{each['name']}`" for each in given)
            body = ", ".join(_references(operation.get("requestBody")))
            response = ", ".join(_references(operation["responses"]["200"]["content"]))
            yield f"| `{method.upper()} {path}` | {operation['summary']} | {names} | {body} | {response} |"
    yield from ("", "## Parameters", "", FIELDS)
    signed = {scheme["name"] for scheme in contract["components"]["securitySchemes"].values()}
    for name, each in parameters.items():
        where = f"{each['schema']['type']}, in the {each['in']}"
        yield _row(name, where, is_required=name in signed or each.get("required", False), about=each)
    for name, schema in contract["components"]["schemas"].items():
        if "properties" in schema:
            yield from ("", f"## {name}", "", _words(schema), "", FIELDS)
            for field, about in schema["properties"].items():
                yield _row(field, _type(about), is_required=field in schema.get("required", ()), about=about)


def _resolved(contract: Mapping[str, Any], parameter: Mapping[str, Any]) -> Mapping[str, Any]:
    reference = parameter.get("$ref")
    found: Mapping[str, Any] = (
        parameter if reference is None else contract["components"]["parameters"][reference.rpartition("/")[2]]
    )
    return found


def _row(name: str, kind: str, *, is_required: bool, about: Mapping[str, Any]) -> str:
    return f"| `{name}` | {kind} | {'yes' if is_required else ''} | {_words(about)} |"


def _type(about: Mapping[str, Any]) -> str:
    given = about.get("type", "")
    kinds = [given] if isinstance(given, str) else given
    return " or ".join(kind for kind in kinds if kind) + "".join(f" {link}" for link in _references(about))


def _words(about: Mapping[str, Any]) -> str:
    """Return the first paragraph of a description."""
    return " ".join(about.get("description", "").strip().split("\n\n")[0].split()).replace("|", "\\|")


def _references(about: object) -> Iterator[str]:
    """Yield a link to each schema with fields of its own that is named, but for those in examples."""
    if isinstance(about, Mapping):
        if name := str(about.get("$ref", "")).rpartition("/")[2]:
            yield f"[{name}]({'statuses.md' if name == 'StatusCode' else f'#{name.lower()}'})"
        for key, each in about.items():
            if key not in {"example", "examples"}:
                yield from _references(each)
    elif isinstance(about, list):
        for each in about:
            yield from _references(each)
