"""``unhedged position``: margins, liquidation and bankruptcy prices of a position, leg by leg."""

from typing import Annotated

import typer

from unhedged.cli.options import Json


def position(
    venue: Annotated[str, typer.Argument(help="A rulebook, or a venue for its newest one.")],
    leg: Annotated[
        list[str] | None,
        typer.Option(metavar="LEG", help='Such as "BTCUSDT long 2 @ 121_000 10x". Repeatable.'),
    ] = None,
    collateral: Annotated[
        list[str] | None,
        typer.Option(metavar="AMOUNT", help='Such as "$40k" or "5 ETH". Repeatable.'),
    ] = None,
    mode: Annotated[str, typer.Option(help="cross, isolated or portfolio.")] = "cross",
    mark: Annotated[
        list[str] | None,
        typer.Option(metavar="CONTRACT=PRICE", help="Mark; the entry when left out. Repeatable."),
    ] = None,
    price: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ASSET=PRICE",
            help="Price of a collateral, or ASSET.local_book=, .index=, .redemption=.",
        ),
    ] = None,
    valued_at: Annotated[
        str | None,
        typer.Option(help="Which price of collateral counts: local_book, index or redemption."),
    ] = None,
    haircut: Annotated[
        list[str] | None,
        typer.Option(metavar="ASSET=RATES", help='Such as "ETH=5%, 10% above $1M".'),
    ] = None,
    tiers: Annotated[
        list[str] | None,
        typer.Option(metavar="CONTRACT=TABLE", help="Use another contract's tiers."),
    ] = None,
    tick: Annotated[list[str] | None, typer.Option(metavar="CONTRACT=SIZE", help="Tick.")] = None,
    lot: Annotated[list[str] | None, typer.Option(metavar="CONTRACT=SIZE", help="Lot.")] = None,
    face: Annotated[
        list[str] | None,
        typer.Option(metavar="CONTRACT=MONEY", help="Dollars a contract: makes it an inverse one."),
    ] = None,
    json: Json = False,
) -> None:
    """Show margins, liquidation and bankruptcy prices of a position, and what the venue would do first."""
    from unhedged.api import position as compute

    found = compute(
        venue,
        leg or [],
        collateral=collateral or [],
        mode=mode,
        marks=mark or [],
        prices=price or [],
        valued_at=valued_at,
        haircuts=haircut or [],
        tiers=tiers or [],
        ticks=tick or [],
        lots=lot or [],
        faces=face or [],
    )
    if json:
        import json as json_module

        typer.echo(json_module.dumps(found.to_json(), ensure_ascii=False))
        return
    typer.echo(found.summary())
