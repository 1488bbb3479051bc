# Generated from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.status_code import StatusCode
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.accepted_number import AcceptedNumber
    from ..models.refused_number import RefusedNumber


T = TypeVar("T", bound="SendBatchResponse")


@_attrs_define(repr=False)
class SendBatchResponse:
    """The provider's response. Every value is a string, counts included. Real integrations have met integers and nulls, so
    a client should read more than this schema allows.

        Attributes:
            status (StatusCode | str): 狀態碼,0成功. For the whole request. A status that is not listed must never be taken for
                success.
            reason (str | Unset): 失敗原因說明. The reason in words.
            success (str | Unset): 提交成功的號碼個數. How many numbers were accepted.
            fail (str | Unset): 提交失敗的號碼個數. How many numbers were refused. The page has nothing that names them: unless
                `failArray` is
                there, they have to be worked out from what was requested and what `array` lists.
            array (list[AcceptedNumber] | Unset): 提交成功的json集合. The accepted numbers, and only those. The order is not
                promised.
            fail_array (list[RefusedNumber] | Unset): Undocumented: refused numbers, one by one. It is on no page of the
                provider; a public integration with ITNIO, a
                sister brand, has seen it in the response to a single send, where `status` was -9, `reason` the machine word
                DST_MCCMNC_LIMIT,
                `success` 0, `fail` 1 and `array` empty.

                **Inference**: this endpoint may send it too, also together with accepted numbers. Whether it does, whether it
                then
                lists every refused number, and which `status` a partly accepted request has, is not known.
    """

    status: StatusCode | str
    reason: str | Unset = UNSET
    success: str | Unset = UNSET
    fail: str | Unset = UNSET
    array: list[AcceptedNumber] | Unset = UNSET
    fail_array: list[RefusedNumber] | Unset = UNSET
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
        if not isinstance(self.fail_array, Unset):
            field_dict["failArray"] = [item.to_dict() for item in self.fail_array]
        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.accepted_number import AcceptedNumber  # noqa: PLC0415
        from ..models.refused_number import RefusedNumber  # noqa: PLC0415

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
        array = UNSET if _array is UNSET else [AcceptedNumber.from_dict(item) for item in _array]
        _fail_array = d.pop("failArray", UNSET)
        fail_array = UNSET if _fail_array is UNSET else [RefusedNumber.from_dict(item) for item in _fail_array]
        made = cls(
            status,
            reason,
            success,
            fail,
            array,
            fail_array,
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
