"""Reports that the provider pushed, as whoever received them has kept them: a JSON object a line."""

from contextlib import ExitStack

from laaffic import DeliveryReport, InvalidReportError, parse_report
from laaffic_cli.reading.opening import opened
from laaffic_cli.reading.problem import Problem, Problems, ReadingError
from laaffic_cli.reading.text import line_blocks, lines_of, unpacked


def read_reports(name: str, encoding: str | None = None) -> list[DeliveryReport]:
    """Read pushed reports.

    Raises:
        BadInputError: it cannot be read, or a line is no report.
    """
    problems = Problems()
    found = []
    with ExitStack() as stack:
        handle, _ = opened(name, stack)
        try:
            for number, line in enumerate(lines_of(line_blocks(unpacked(handle), encoding)), start=1):
                if line.strip():
                    try:
                        found.append(parse_report(line))
                    except InvalidReportError as error:
                        remedy = "write the body of one push a line"
                        problems.add(Problem(f"{error.args[0]}; {remedy}", number, file=name))
        except ReadingError as error:
            problems.add(error.problem._replace(file=name))
    problems.raise_any()
    return found
