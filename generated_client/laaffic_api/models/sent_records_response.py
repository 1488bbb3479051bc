# Generated from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.status_code import StatusCode
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.sent_record import SentRecord


T = TypeVar("T", bound="SentRecordsResponse")


@_attrs_define(repr=False)
class SentRecordsResponse:
    """The messages of a time. Everything is a string, counts included. On a refusal all but `status` may be missing.

    Attributes:
        status (StatusCode | str): 狀態碼,0成功. For the whole request. A status that is not listed must never be taken for
            success.
        reason (str | Unset): 失敗原因說明. The reason in words.
        success (str | Unset): How many messages were sent. Not written, whether of these rows or of the whole time.
        fail (str | Unset): How many messages failed. Not written, whether of these rows or of the whole time.
        array (list[SentRecord] | Unset): The rows, from `startIndex` on.
    """

    status: StatusCode | str
    reason: str | Unset = UNSET
    success: str | Unset = UNSET
    fail: str | Unset = UNSET
    array: list[SentRecord] | Unset = UNSET
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
        if self.success is not UNSET:
            field_dict["success"] = self.success
        if self.fail is not UNSET:
            field_dict["fail"] = self.fail
        if not isinstance(self.array, Unset):
            field_dict["array"] = [item.to_dict() for item in self.array]
        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.sent_record import SentRecord  # noqa: PLC0415

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
        success = d.pop("success", UNSET)
        fail = d.pop("fail", UNSET)
        _array = d.pop("array", UNSET)
        array = UNSET if _array is UNSET else [SentRecord.from_dict(item) for item in _array]
        made = cls(
            status,
            reason,
            success,
            fail,
            array,
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
