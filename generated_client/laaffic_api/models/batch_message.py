# Generated from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="BatchMessage")


@_attrs_define(repr=False)
class BatchMessage:
    """One text for one or more recipients.

    What this schema cannot say: `orderId`, when given, holds exactly as many ids as `numbers` holds numbers
    (orderId數量和手機號碼數量需保持一致).

        Attributes:
            numbers (str): 簡訊接收號碼,多個號碼之間以英文逗號分隔. Recipients, separated by commas: digits only, with country code, no plus,
                no spaces.

                The provider's parameter table says `number`, but its sample request and both its programs send `numbers`.

                **Inference**: 7 to 15 digits, not beginning with 0. The page asks only for a country code; 15 digits is the
                limit
                of ITU-T E.164, and 7 is the shortest number in use with its country code.
            content (str): 發送內容,長度不能超過1024字元. The text, at most 1024 characters. The page does not say how characters are
                counted
                (UTF-16 units or code points); **Inference**: code points.
            sender_id (str | Unset): 發送號碼. The sender number or name, at most 32 characters. It may be left out; the
                provider's sample sends an
                empty one.
            order_id (str | Unset): 自訂訊息id. The caller's own ids, separated by commas, exactly as many as there are numbers,
                in the same order.
    """

    numbers: str
    content: str
    sender_id: str | Unset = UNSET
    order_id: str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        field_dict: dict[str, Any] = {
            "numbers": self.numbers,
            "content": self.content,
        }
        if self.sender_id is not UNSET:
            field_dict["senderId"] = self.sender_id
        if self.order_id is not UNSET:
            field_dict["orderId"] = self.order_id
        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        numbers = d.pop("numbers")
        content = d.pop("content")
        sender_id = d.pop("senderId", UNSET)
        order_id = d.pop("orderId", UNSET)
        made = cls(
            numbers,
            content,
            sender_id,
            order_id,
        )
        return made
