# Generated from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="SentRecord")


@_attrs_define(repr=False)
class SentRecord:
    """One message that was sent. It has no order id.

    Attributes:
        msg_id (str): The message id.
        number (str): The recipient's number.
        status (str): `0` sent. Failed is `2` on three pages and `1` on one: both are read as failed. **Inference**:
            `-1` is sending, as
            in getReport.
        receive_time (None | str | Unset): ISO 8601 with an offset, such as `2021-02-12T09:30:03+08:00`.
    """

    msg_id: str
    number: str
    status: str
    receive_time: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        field_dict: dict[str, Any] = {
            **self.additional_properties,
            "msgId": self.msg_id,
            "number": self.number,
            "status": self.status,
        }
        if self.receive_time is not UNSET:
            field_dict["receiveTime"] = self.receive_time
        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        msg_id = d.pop("msgId")
        number = d.pop("number")
        status = d.pop("status")
        receive_time = d.pop("receiveTime", UNSET)
        made = cls(
            msg_id,
            number,
            status,
            receive_time,
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
