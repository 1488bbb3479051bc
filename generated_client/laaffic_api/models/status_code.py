# Generated from openapi.yaml by `make generate`. Do not edit.
from enum import StrEnum


class StatusCode(StrEnum):
    ACCOUNT_LOCKED = "-13"
    ALREADY_EXISTS = "-20"
    AUTHENTICATION_FAILED = "-1"
    CAP_REACHED = "-23"
    CONTENT_EMPTY = "-4"
    CONTENT_TOO_LONG = "-5"
    DOES_NOT_EXIST = "-24"
    FEE_FAILED = "-26"
    GATEWAY_FAULT = "-18"
    INSUFFICIENT_BALANCE = "-10"
    INVALID_FIELD = "-14"
    INVALID_PARAMETER = "-22"
    INVALID_TIME_FORMAT = "-11"
    IP_NOT_ALLOWED = "-31"
    IP_RESTRICTED = "-2"
    KEY_DISABLED = "-30"
    KEY_NOT_ALLOWED = "-32"
    NO_PRICE = "-19"
    NUMBERS_EMPTY = "-8"
    NUMBER_ABNORMAL = "-9"
    OUT_OF_TIME_RANGE = "-25"
    PERIOD_LIMIT_27 = "-27"
    PERIOD_LIMIT_28 = "-28"
    PLATFORM_FAULT = "-12"
    SENSITIVE_CONTENT = "-3"
    SUCCESS = "0"
    TEMPLATE_EMPTY = "-17"
    TEMPLATE_MISMATCH = "-6"
    TIMESTAMP_EXPIRED = "-16"
    TOO_FREQUENT = "-15"
    TOO_MANY_NUMBERS = "-7"
    VALIDATION_FAILED = "-21"
    WORKSPACE_DISABLED = "-29"

    def __str__(self) -> str:
        return str(self.value)
