# Generated from openapi.yaml by `make generate`. Do not edit.
from enum import StrEnum


class StatusCode(StrEnum):
    AUTHENTICATION_FAILED = "-1"
    CONTENT_EMPTY = "-4"
    CONTENT_TOO_LONG = "-5"
    GATEWAY_FAULT = "-18"
    INSUFFICIENT_BALANCE = "-10"
    IP_RESTRICTED = "-2"
    NO_PRICE = "-19"
    NUMBERS_EMPTY = "-8"
    NUMBER_ABNORMAL = "-9"
    SENSITIVE_CONTENT = "-3"
    SUCCESS = "0"
    TEMPLATE_MISMATCH = "-6"
    TIMESTAMP_EXPIRED = "-16"
    TOO_MANY_NUMBERS = "-7"

    def __str__(self) -> str:
        return str(self.value)
