"""Commands that are loaded when they are asked for: to start, each needs its own modules alone."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any, Final

from typer.core import TyperCommand, TyperGroup
from typer.main import get_group

COMMANDS: Final[Mapping[str, tuple[str, str]]] = {
    "up": (
        "starter.commands.up",
        "Start a Temporal server with a web UI, the ledger and a worker; Ctrl-C stops them.",
    ),
    "setup": (
        "starter.commands.setup",
        "Make the namespace, its search attributes and the schedules; again, it changes nothing.",
    ),
    "account": ("starter.commands.account", "Accounts: open, amend, look at, retire."),
    "opportunity": (
        "starter.commands.opportunity",
        "Opportunities: open, look at, move, end, reopen.",
    ),
    "pool": (
        "starter.commands.pool",
        "Pools of capacity: open, look at, close; ask for hours, renew and return them.",
    ),
    "deadlines": (
        "starter.commands.deadlines",
        "List what the clock will close, by when and by which clock; what is overdue comes first.",
    ),
    "notices": ("starter.commands.notices", "Notices: list, follow, see channels, try again."),
    "processes": ("starter.commands.processes", "Sales processes: list, look at, check a file."),
    "policies": (
        "starter.commands.policies",
        "Policies for accounts: list, look at, check a file.",
    ),
    "ledger": (
        "starter.commands.ledger",
        "The ledger's database: migrate, check, let others read.",
    ),
    "reconcile": (
        "starter.commands.reconcile",
        "Compare every workflow with the ledger now, put right what differs, and say what did.",
    ),
    "diff": (
        "starter.commands.diff",
        "Compare two ledgers row by row, every table; the exit code is 1 where they differ.",
    ),
    "rebuild": (
        "starter.commands.rebuild",
        "Make a ledger anew from the journal of this one: facts word for word, rows folded again.",
    ),
    "schema": (
        "starter.commands.schema",
        "Tell the JSON Schemas of messages, facts, receipts and answers.",
    ),
    "doctor": (
        "starter.commands.doctor",
        "Check the server, the namespace, the workers, the ledger and the clocks.",
    ),
    "erase": (
        "starter.commands.erase",
        "Erase a person's data, or the words of single facts, for good.",
    ),
    "keys": ("starter.commands.keys", "The key ring: make one, list it, rotate it."),
    "codec-server": (
        "starter.commands.codec_server",
        "Decode payloads for Temporal's UI; every request leaves a line in the log.",
    ),
    "import": (
        "starter.importing.command",
        "Import opportunities: those that have ended as history, those that are open to go on.",
    ),
    "imports": ("starter.commands.imports", "Runs of imports: list, look at, undo."),
    "owner": ("starter.commands.owner", "Owners: set, look at, list, import, reassign."),
    "quota": ("starter.commands.quota", "Quotas: set, list and roll up, import."),
    "rate": ("starter.commands.rate", "Exchange rates: set, list, import."),
    "calendar": (
        "starter.commands.calendar",
        "The calendar: time zone, fiscal year, money, holidays.",
    ),
    "forecast": (
        "starter.insight.forecast",
        "What a period will bring: show (or nothing), submit, override, judgements.",
    ),
    "snapshot": ("starter.insight.snapshot", "Snapshots of forecasts: take, list, show."),
    "bridge": (
        "starter.insight.bridge",
        "Show what came into the pipeline, what went, and what changed, without a residual.",
    ),
    "accuracy": (
        "starter.insight.accuracy",
        "Show how good the forecasts were: every snapshot against what came of it.",
    ),
    "interview": (
        "starter.commands.interview",
        "Interviews behind the end: ask, record, list, import.",
    ),
    "win-loss": (
        "starter.insight.win_loss",
        "Show win rates by every definition, and what goes together with winning.",
    ),
    "attainment": (
        "starter.insight.attainment",
        "Show how much of what was promised was kept: met of met and breached, for each clock.",
    ),
    "satisfaction": (
        "starter.insight.satisfaction",
        "Show how satisfied customers are: CSAT, NPS, and how many answer at all.",
    ),
    "retention": (
        "starter.insight.retention",
        "Show GRR, NRR and customers kept, with the waterfall from start to end.",
    ),
    "focus": ("starter.insight.focus", "Say where the next hour pays, and what to do there."),
    "limits": (
        "starter.insight.limits",
        "Say how long each clock should wait, and what other limits would have cost and saved.",
    ),
    "finding": (
        "starter.insight.finding",
        "Show what each rule that finds opportunities has come to: fired, launched, won, for how "
        "much.",
    ),
    "report": (
        "starter.insight.report",
        "Write one page with the plots and lists that a sales leader looks at.",
    ),
    "demo": (
        "starter.demo.command",
        "Run a sales quarter in a minute: the real server, two accounts, every end, every clock.",
    ),
}
"""In the order of the help: the module that has it, and the first sentence of what it says."""


class Commands(dict[str, Any]):
    """By name; what is taken out is loaded."""

    def __getitem__(self, name: str) -> Any:
        found = super().__getitem__(name)
        if found is None:
            module, _ = COMMANDS[name]
            group = get_group(import_module(module).app)
            self[name] = found = group.commands.get(name, group)
            found.name = name
        return found

    def get(self, name: str, default: Any = None) -> Any:
        """The command, or the default where there is none."""
        try:
            return self[name]
        except KeyError:
            return default

    def items(self) -> Any:
        """All of them, loaded."""
        return {name: self[name] for name in self}.items()


class Late(TyperGroup):
    """The commands of COMMANDS; its own help loads none of them."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands: Any = Commands.fromkeys(COMMANDS)
        self._telling = False

    def list_commands(self, ctx: Any) -> list[str]:
        """The names, in their order."""
        return [*self.commands]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command, or while help is told what says the same of itself."""
        if self._telling:
            return TyperCommand(cmd_name, help=COMMANDS[cmd_name][1])
        return super().get_command(ctx, cmd_name)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Tell of every command by its first sentence."""
        self._telling = True
        try:
            super().format_help(ctx, formatter)
        finally:
            self._telling = False
