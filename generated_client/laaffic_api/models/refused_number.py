# Generated from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="RefusedNumber")


@_attrs_define(repr=False)
class RefusedNumber:
    """One refused recipient. Undocumented, as `failArray` is, so nothing in it is required.

    Attributes:
        msg_id (str | Unset): A message id; a refused number has one too. It does not mean that anything was accepted.
        number (str | Unset): The recipient's number.
        reason (str | Unset): Why this number was refused. What was seen is a machine word, DST_MCCMNC_LIMIT.
    """

    msg_id: str | Unset = UNSET
    number: str | Unset = UNSET
    reason: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        field_dict: dict[str, Any] = {
            **self.additional_properties,
        }
        if self.msg_id is not UNSET:
            field_dict["msgId"] = self.msg_id
        if self.number is not UNSET:
            field_dict["number"] = self.number
        if self.reason is not UNSET:
            field_dict["reason"] = self.reason
        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        msg_id = d.pop("msgId", UNSET)
        number = d.pop("number", UNSET)
        reason = d.pop("reason", UNSET)
        made = cls(
            msg_id,
            number,
            reason,
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
