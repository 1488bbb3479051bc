# Generated from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.status_code import StatusCode
from ..types import UNSET, Unset

T = TypeVar("T", bound="BalanceResponse")


@_attrs_define(repr=False)
class BalanceResponse:
    """What the account has to spend. On a refusal the amounts may be missing.

    Attributes:
        status (StatusCode | str): 狀態碼,0成功. A status that is not listed must never be taken for success.
        reason (str | Unset): 失敗原因說明. The reason in words.
        balance (str | Unset): The account's own money, such as `99.990000`.
        gift (str | Unset): Granted money, such as `50.00000`.
        credit (str | Unset): The credit line, such as `0`.
    """

    status: StatusCode | str
    reason: str | Unset = UNSET
    balance: str | Unset = UNSET
    gift: str | Unset = UNSET
    credit: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        status: str
        if isinstance(self.status, StatusCode):
            status = self.status.value
        else:
            status = self.status
        field_dict: dict[str, Any] = {
            **self.additional_properties,
            "status": status,
        }
        if self.reason is not UNSET:
            field_dict["reason"] = self.reason
        if self.balance is not UNSET:
            field_dict["balance"] = self.balance
        if self.gift is not UNSET:
            field_dict["gift"] = self.gift
        if self.credit is not UNSET:
            field_dict["credit"] = self.credit
        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_status(data: object) -> StatusCode | str:
            try:
                if not isinstance(data, str):
                    raise TypeError()
                status_type_0 = StatusCode(data)

                return status_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(StatusCode | str, data)

        status = _parse_status(d.pop("status"))

        reason = d.pop("reason", UNSET)
        balance = d.pop("balance", UNSET)
        gift = d.pop("gift", UNSET)
        credit = d.pop("credit", UNSET)
        made = cls(
            status,
            reason,
            balance,
            gift,
            credit,
        )
        made.additional_properties = d
        return made

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
