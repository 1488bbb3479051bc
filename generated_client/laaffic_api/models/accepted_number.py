# Generated from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="AcceptedNumber")


@_attrs_define(repr=False)
class AcceptedNumber:
    """One accepted recipient. The same number can be in several messages of a request, so it can be listed more than once.

    Attributes:
        msg_id (str): 提交號碼對應平臺msgId. The message id, by which to ask later what became of the message.
        number (str): 提交號碼. The recipient's number.
        order_id (None | str | Unset): 自定義消息id. The caller's id for this recipient, or null when none was given.
    """

    msg_id: str
    number: str
    order_id: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        field_dict: dict[str, Any] = {
            **self.additional_properties,
            "msgId": self.msg_id,
            "number": self.number,
        }
        if self.order_id is not UNSET:
            field_dict["orderId"] = self.order_id
        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        msg_id = d.pop("msgId")
        number = d.pop("number")
        order_id = d.pop("orderId", UNSET)
        made = cls(
            msg_id,
            number,
            order_id,
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
