# Generated from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.price_detail import PriceDetail


T = TypeVar("T", bound="PushedReport")


@_attrs_define(repr=False)
class PushedReport:
    """One delivery report. Its names are not those of the queries: `msgid` with a lower-case d, `mobile`, and a status
    that is
    an integer. Everything but `msgid` and `status` may be absent.

    What this schema cannot say: two samples print the key of the order id with a trailing space. A property
    `"orderId "` beside `orderId` would break the generator, which makes the same Python name of both; so it is not
    here, and whoever reads a report trims its keys.

        Attributes:
            msgid (str): The message id.
            status (int): 0 delivered; anything else is a failure.
            app_id (str | Unset): 應用ID. The application's id in the account.
            mobile (str | Unset): The recipient's number.
            reason (str | Unset): Why it failed, in the words of the network; `0` on success.
            timestamp (int | Unset): When, in milliseconds since 1970.
            order_id (int | None | str | Unset): The caller's id for this recipient, if one was given; the samples have it
                as a string and as a number.
            mcc (str | Unset): Mobile country code.
            mnc (str | Unset): Mobile network code.
            pricedetail (PriceDetail | Unset): What a message cost, where the provider says it: in pushed reports, and on
                one page in getReport. The pages give names;
                of the types, only that `chargeCnt` is an integer. **Inference**: amounts are numbers or decimal strings.
    """

    msgid: str
    status: int
    app_id: str | Unset = UNSET
    mobile: str | Unset = UNSET
    reason: str | Unset = UNSET
    timestamp: int | Unset = UNSET
    order_id: int | None | str | Unset = UNSET
    mcc: str | Unset = UNSET
    mnc: str | Unset = UNSET
    pricedetail: PriceDetail | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        pricedetail: dict[str, Any] | Unset = UNSET
        if not isinstance(self.pricedetail, Unset):
            pricedetail = self.pricedetail.to_dict()
        field_dict: dict[str, Any] = {
            **self.additional_properties,
            "msgid": self.msgid,
            "status": self.status,
        }
        if self.app_id is not UNSET:
            field_dict["appId"] = self.app_id
        if self.mobile is not UNSET:
            field_dict["mobile"] = self.mobile
        if self.reason is not UNSET:
            field_dict["reason"] = self.reason
        if self.timestamp is not UNSET:
            field_dict["timestamp"] = self.timestamp
        if self.order_id is not UNSET:
            field_dict["orderId"] = self.order_id
        if self.mcc is not UNSET:
            field_dict["mcc"] = self.mcc
        if self.mnc is not UNSET:
            field_dict["mnc"] = self.mnc
        if pricedetail is not UNSET:
            field_dict["pricedetail"] = pricedetail
        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.price_detail import PriceDetail  # noqa: PLC0415

        d = dict(src_dict)
        msgid = d.pop("msgid")
        status = d.pop("status")
        app_id = d.pop("appId", UNSET)
        mobile = d.pop("mobile", UNSET)
        reason = d.pop("reason", UNSET)
        timestamp = d.pop("timestamp", UNSET)
        order_id = d.pop("orderId", UNSET)
        mcc = d.pop("mcc", UNSET)
        mnc = d.pop("mnc", UNSET)
        _pricedetail = d.pop("pricedetail", UNSET)
        pricedetail: PriceDetail | Unset
        if isinstance(_pricedetail, Unset):
            pricedetail = UNSET
        else:
            pricedetail = PriceDetail.from_dict(_pricedetail)

        made = cls(
            msgid,
            status,
            app_id,
            mobile,
            reason,
            timestamp,
            order_id,
            mcc,
            mnc,
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
