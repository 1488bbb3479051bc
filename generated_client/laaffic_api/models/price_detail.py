# Generated from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="PriceDetail")


@_attrs_define(repr=False)
class PriceDetail:
    """What a message cost, where the provider says it: in pushed reports, and on one page in getReport. The pages give
    names;
    of the types, only that `chargeCnt` is an integer. **Inference**: amounts are numbers or decimal strings.

        Attributes:
            pay (float | str | Unset): What was paid. How it differs from `price` is not written.
            charge_cnt (int | Unset): How many parts of the message were charged.
            currency (str | Unset): The currency of the amounts.
            price (float | str | Unset): The price. Not written, whether of a part or of the message.
    """

    pay: float | str | Unset = UNSET
    charge_cnt: int | Unset = UNSET
    currency: str | Unset = UNSET
    price: float | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        field_dict: dict[str, Any] = {
            **self.additional_properties,
        }
        if self.pay is not UNSET:
            field_dict["pay"] = self.pay
        if self.charge_cnt is not UNSET:
            field_dict["chargeCnt"] = self.charge_cnt
        if self.currency is not UNSET:
            field_dict["currency"] = self.currency
        if self.price is not UNSET:
            field_dict["price"] = self.price
        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        pay = d.pop("pay", UNSET)
        charge_cnt = d.pop("chargeCnt", UNSET)
        currency = d.pop("currency", UNSET)
        price = d.pop("price", UNSET)
        made = cls(
            pay,
            charge_cnt,
            currency,
            price,
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
