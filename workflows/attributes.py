"""The search attributes: what admins can filter by, each with the type the server must know.

They hold no personal data and only opaque ids, for search attributes are never encrypted. The
counts fit the limits of SQL visibility: at most 10 of Keyword and 3 of every other type.
"""

from typing import Any

from temporalio.common import SearchAttributeKey

STAGE = SearchAttributeKey.for_keyword("Stage")
OUTCOME = SearchAttributeKey.for_keyword("Outcome")
END_REASON = SearchAttributeKey.for_keyword("EndReason")
ACCOUNT_ID = SearchAttributeKey.for_keyword("AccountId")
OWNER_ID = SearchAttributeKey.for_keyword("OwnerId")
PROCESS = SearchAttributeKey.for_keyword("Process")
SEGMENT = SearchAttributeKey.for_keyword("Segment")
FORECAST_CATEGORY = SearchAttributeKey.for_keyword("ForecastCategory")
CURRENCY = SearchAttributeKey.for_keyword("Currency")
RISKS = SearchAttributeKey.for_keyword_list("Risks")
AMOUNT = SearchAttributeKey.for_float("Amount")
HEALTH = SearchAttributeKey.for_float("Health")
CLOSE_DATE = SearchAttributeKey.for_datetime("CloseDate")
DEADLINE = SearchAttributeKey.for_datetime("Deadline")
END_BY = SearchAttributeKey.for_datetime("EndBy")
PUSH_COUNT = SearchAttributeKey.for_int("PushCount")
REFUSALS = SearchAttributeKey.for_int("Refusals")

ATTRIBUTES: tuple[SearchAttributeKey[Any], ...] = (
    STAGE,
    OUTCOME,
    END_REASON,
    ACCOUNT_ID,
    OWNER_ID,
    PROCESS,
    SEGMENT,
    FORECAST_CATEGORY,
    CURRENCY,
    RISKS,
    AMOUNT,
    HEALTH,
    CLOSE_DATE,
    DEADLINE,
    END_BY,
    PUSH_COUNT,
    REFUSALS,
)
