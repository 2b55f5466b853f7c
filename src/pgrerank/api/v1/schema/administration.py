"""Request bodies about tenants and their keys."""

from typing import Annotated

from msgspec import Meta

from pgrerank.api import forms
from pgrerank.api.v1.schema.requests import Instant, Sent
from pgrerank.domain.tenant import Scope

Label = Annotated[
    str,
    Meta(
        pattern=forms.LABEL,
        description="Name that tells keys apart. No two active keys have the same name.",
        examples=["web shop"],
    ),
]


class NewKey(Sent, frozen=True, kw_only=True):
    """An API key to issue."""

    name: Label
    scopes: Annotated[
        list[Scope],
        Meta(
            min_length=1,
            max_length=len(Scope),
            description="`search`: search and read. `ingest`: write. `admin`: manage keys.",
            examples=[["search"]],
        ),
    ]
    expires_at: Annotated[
        Instant | None,
        Meta(description="Time of expiry with time zone, up to the year 2999. Unset: never."),
    ] = None


class NewTenant(Sent, frozen=True, kw_only=True):
    """A tenant to create."""

    name: Annotated[
        str,
        Meta(
            pattern=forms.NAME,
            description="1 to 64 characters of a-z, 0-9, `_`, `-` and `.`.",
            examples=["acme"],
        ),
    ]


class Quota(Sent, frozen=True, kw_only=True):
    """The quota of a tenant."""

    pairs_per_second: Annotated[
        Annotated[int, Meta(ge=0, le=2**31 - 1)] | None,
        Meta(
            description="Reranked pairs per second in each process of the service; 0: unlimited; "
            "null: the default of the service.",
            examples=[200],
        ),
    ]


class Texts(Sent, frozen=True, kw_only=True):
    """Whether a tenant's log stores texts."""

    keep: Annotated[
        bool, Meta(description="Store the texts of supplied documents, not only their hashes.")
    ]
