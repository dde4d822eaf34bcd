import pytest

from tests.sales import reached


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what arbitrary sequences of messages have reached, if they ran."""
    if reached.KINDS:
        terminalreporter.section("what arbitrary sequences of messages reached")
        for line in reached.report():
            terminalreporter.write_line(line)
