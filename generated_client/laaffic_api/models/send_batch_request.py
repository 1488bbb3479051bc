# Generated from openapi.yaml by `make generate`. Do not edit.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.batch_message import BatchMessage


T = TypeVar("T", bound="SendBatchRequest")


@_attrs_define(repr=False)
class SendBatchRequest:
    """One request of the batch endpoint.

    Attributes:
        app_id (str): 應用ID. The application's id in the account.
        array (list[BatchMessage]): 消息内容json集合. The messages, each with its own text.
    """

    app_id: str
    array: list[BatchMessage]

    def to_dict(self) -> dict[str, Any]:
        field_dict: dict[str, Any] = {
            "appId": self.app_id,
            "array": [item.to_dict() for item in self.array],
        }
        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.batch_message import BatchMessage  # noqa: PLC0415

        d = dict(src_dict)
        app_id = d.pop("appId")
        array = [BatchMessage.from_dict(item) for item in d.pop("array")]
        made = cls(
            app_id,
            array,
        )
        return made
