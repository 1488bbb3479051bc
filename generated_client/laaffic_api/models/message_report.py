# Generated from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.price_detail import PriceDetail


T = TypeVar("T", bound="MessageReport")


@_attrs_define(repr=False)
class MessageReport:
    """What became of one message. It has no reason and no order id.

    Attributes:
        msg_id (str): The message id.
        status (str): `0` sent, `1` failed, `-1` sending.
        number (str | Unset): The recipient's number.
        receive_time (None | str | Unset): ISO 8601 with an offset, such as `2021-02-12T09:30:03+08:00`. Its name says
            "receive"; no page says whether by the
            provider or by the phone.
        pricedetail (PriceDetail | Unset): What a message cost, where the provider says it: in pushed reports, and on
            one page in getReport. The pages give names;
            of the types, only that `chargeCnt` is an integer. **Inference**: amounts are numbers or decimal strings.
    """

    msg_id: str
    status: str
    number: str | Unset = UNSET
    receive_time: None | str | Unset = UNSET
    pricedetail: PriceDetail | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        pricedetail: dict[str, Any] | Unset = UNSET
        if not isinstance(self.pricedetail, Unset):
            pricedetail = self.pricedetail.to_dict()
        field_dict: dict[str, Any] = {
            **self.additional_properties,
            "msgId": self.msg_id,
            "status": self.status,
        }
        if self.number is not UNSET:
            field_dict["number"] = self.number
        if self.receive_time is not UNSET:
            field_dict["receiveTime"] = self.receive_time
        if pricedetail is not UNSET:
            field_dict["pricedetail"] = pricedetail
        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.price_detail import PriceDetail  # noqa: PLC0415

        d = dict(src_dict)
        msg_id = d.pop("msgId")
        status = d.pop("status")
        number = d.pop("number", UNSET)
        receive_time = d.pop("receiveTime", UNSET)
        _pricedetail = d.pop("pricedetail", UNSET)
        pricedetail: PriceDetail | Unset
        if isinstance(_pricedetail, Unset):
            pricedetail = UNSET
        else:
            pricedetail = PriceDetail.from_dict(_pricedetail)

        made = cls(
            msg_id,
            status,
            number,
            receive_time,
            pricedetail,
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
