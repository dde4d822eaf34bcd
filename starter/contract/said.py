"""What is said in the examples: one message of each kind, in an order that makes a life."""

from typing import Any, Final

from starter.contract.merging import MERGING
from starter.contract.needs import NEEDS

STAMPS: Final = {"event_id": "crm-4711", "sent_at": "2026-03-02T09:00:00Z", "actor": "jane"}

Body = dict[str, Any]

OPENING: Final[Body] = {
    **STAMPS,
    "opportunity_id": "acme-1",
    "process": "new_business",
    "name": "First order",
    "amount": {"amount": "1200.00", "currency": "EUR"},
    "close_date": "2026-06-30",
    "objectives": {"o1": {"description": "halve the time to quote"}},
    "stakeholders": {"p1": {"role": "champion", "name": "Kim"}},
}
SAID: Final[dict[str, Body]] = {
    "change_stage": {
        "stage": "discovery",
        "evidence": "minutes of the first meeting",
        "override": True,
        "note": "their pain is plain, if not written down",
    },
    "record_engagement": {
        "origin": "buyer",
        "channel": "call",
        "stakeholder_id": "p1",
        "summary": "asks for a trial",
    },
    "amend": {"stakeholders": {"p1": {"stance": "supporter"}, "p2": {"role": "legal"}}},
    "request_capacity": {
        "pool": "engineers",
        "hours": "20",
        "gain": "0.15",
        "until": "2026-05-29",
    },
    "log_effort": {"hours": "1.5", "pool": "engineers"},
    "correct": {"sequence": 6, "hours": "2"},
    "release_capacity": {"pool": "engineers"},
    "extend": {"close_date": "2026-07-15", "reason": "their board meets in July"},
    "park": {"until": "2026-04-15", "reason": "their new budget year"},
    "unpark": {},
    "migrate": {"process_version": 2},
    "record_decision": {"decision": "yes", "reasons": ["best_fit"]},
    "change_account": {"account_id": "globex", "from_account": "acme"},
    "record_purchase": {"evidence": {"kind": "purchase_order", "reference": "PO-7"}},
    "withdraw": {"reason": "disqualified"},
    "erase": {"reason": "requested", "stakeholder_id": "p1", "details": ["objectives.o1"]},
}
"""One message of each kind to an opportunity, in an order that makes a life."""
SAID_TO_ACCOUNT: Final[dict[str, Body]] = {
    "set_policy": {"policy": "standard"},
    "open_opportunity": OPENING,
    "reopen_opportunity": {"opportunity_id": "acme-1", "reason": "their budget came back"},
    "adopt_opportunity": {"opportunity_id": "acme-2", "process": "new_business"},
    "opportunity_ended": {
        "opportunity_id": "acme-1",
        "outcome": "won",
        "reason": "best_fit",
        "promises": {"o1": "halve the time to quote"},
    },
    "make_commitment": {
        "commitment_id": "acme-c7",
        "title": "The price list cannot be opened",
        "level": "urgent",
        "owner": "jane",
    },
    "respond_to_commitment": {"commitment_id": "acme-c7"},
    "pause_commitment": {"commitment_id": "acme-c7", "note": "they look for the file"},
    "resume_commitment": {"commitment_id": "acme-c7"},
    "meet_commitment": {
        "commitment_id": "acme-c7",
        "occurred_at": "2026-03-02T10:30:00Z",
        "sent_at": "2026-03-02T11:00:00Z",
    },
    "waive_commitment": {
        "commitment_id": "acme-1:o1",
        "note": "they have built it themselves, and say so",
    },
    "late_message": {
        "opportunity_id": "acme-1",
        "message": {"kind": "record_engagement", "body": {"origin": "buyer", "channel": "mail"}},
    },
    "amend": {"segment": "industry", "owner": "jane"},
    "record_contract": {
        "contract_id": "acme-7",
        "start": "2025-08-21",
        "end": "2026-08-20",
        "recurring": {"amount": "12000.00", "currency": "EUR"},
        "notice": "90d",
        "auto_renew": True,
        "escalator": "0.03",
    },
    "amend_contract": {
        "contract_id": "acme-7",
        "recurring": {"amount": "15000.00", "currency": "EUR"},
    },
    "answer_checkpoint": {"verdict": "at_risk", "contract_id": "acme-7"},
    "end_contract": {"contract_id": "acme-7", "reason": "low_usage"},
    "report_usage": {"metric": "logins", "value": "34", "target": "40"},
    "report_score": {"component": "sentiment", "value": "0.7"},
    "report_sponsor": {"contact": "kim", "status": "present"},
    "report_contact": {"channel": "call", "contact": "kim"},
    "report_payment": {"invoice": "inv-7", "status": "overdue"},
    "disagree_on_health": {"band": "poor", "reason": "their new head of IT does not answer"},
    "agree_on_health": {},
    "ask_survey": {"survey": "nps"},
    "record_survey_answer": {
        "survey": "nps",
        "score": 9,
        "survey_id": "nps-1",
        "respondent": "kim",
        "comment": "we would not go back",
    },
    **NEEDS,
    **MERGING,
    "retire": {"reason": "they closed down", "within": "1h"},
    "erase": {"reason": "requested", "stakeholder_id": "p1", "sequences": [6]},
}
