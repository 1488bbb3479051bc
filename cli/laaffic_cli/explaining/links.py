"""Where a page leads on to, from where the site has it."""

import re
from collections.abc import Collection, Iterator, Mapping

_A_NAME = re.compile(r"`(\w+)`")


def links(name: str, text: str, homes: Mapping[str, str], deliveries: Collection[str]) -> str:
    """Return a part of links for a page, as Markdown.

    Args:
        name: the page's name.
        text: the page.
        homes: the package of each exception, by the exception's name.
        deliveries: the names of the pages about what became of a message.
    """
    met = [each for each in dict.fromkeys([name, *_A_NAME.findall(text)]) if each in homes]
    found = list(_links(name, text, {each: homes[each] for each in met}, deliveries))
    return "".join(["## Read on\n\n", *(f"- [{words}](../{there})\n" for words, there in found)])


def _links(name: str, text: str, met: Mapping[str, str], deliveries: Collection[str]) -> Iterator[tuple[str, str]]:
    if re.search(r"\bunknown\b", text):
        yield "A lost response", "lost-response.md"
    if name in deliveries:
        yield "What became of a message", "reports.md"
    if re.search(r"\bmock\b", text):
        yield "Testing your application", "testing.md"
    if "laaffic_campaigns" in met.values():
        yield "Campaigns", "campaigns.md"
    yield "Errors", "errors.md"
    for kind, home in met.items():
        yield f"`{kind}` in the API", f"api/{home}.md#{home}.{kind}"
