"""`sluice pictures …`, for whoever runs the machine."""

from __future__ import annotations

import click


@click.group()
def pictures() -> None:
    """Where the files of pictures are kept."""


@pictures.command("copy")
@click.option("--back", is_flag=True, help="From the bucket into the data folder.")
def copy(back: bool) -> None:
    """Copy pictures from the data folder into the bucket that SLUICE_MEDIA_URL names.

    May be repeated: what is there already is left alone, and nothing is deleted.
    """
    from flask import current_app

    from calendar_app import create_app
    from calendar_app.media.copying import copy_pictures
    from calendar_app.media.keeping import folder, store

    with create_app().app_context():
        if not current_app.config["SETTINGS"].media_url:
            raise click.ClickException(
                "SLUICE_MEDIA_URL names no bucket: there is nowhere to copy to or from."
            )
        source, target = (store(), folder()) if back else (folder(), store())
        try:
            done = copy_pictures(source, target)
        except OSError as problem:
            raise click.ClickException(f"{problem} What was copied stays; run it again.") from problem
    click.echo(f"Copied {done.new} pictures to the {target}; {done.there} were there already.")
    if done.lost:
        raise click.ClickException(f"Missing or damaged in the {source}, and not copied: {done.lost}.")
