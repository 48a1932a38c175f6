"""`stagelyric patches`: files for Max, Pure Data, touch surfaces and show control, set to this rig's ports."""

from pathlib import Path

import click

from stagelyric.commands.common import Failure, json_option, plain_faults, print_json
from stagelyric.setlist.rig import Rig, address, load_rig


@click.group()
def patches() -> None:
    """Files for the programs and surfaces that speak with stagelyric."""


@patches.command()
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.option(
    "--rig", "rig_file", type=click.Path(path_type=Path), help="The rig whose ports they are made for (TOML)."
)
@click.option("--host", help="Where stagelyric runs (default: the rig's OSC address, or this machine).")
@click.option("--osc-port", type=click.IntRange(1, 65535), help="stagelyric's OSC port (default: the rig's, or 7744).")
@click.option(
    "--listen", type=click.IntRange(1024, 65535), default=7745, show_default=True, help="Where patches listen."
)
@json_option
def export(
    folder: Path, rig_file: Path | None, host: str | None, osc_port: int | None, listen: int, as_json: bool
) -> None:
    """Write all patches below DIR, a folder and a README each; files of the same names are replaced.

    \b
    stagelyric patches export my-patches --host 192.168.1.20
    """
    from stagelyric.patches.export import write
    from stagelyric.patches.target import Target

    with plain_faults():
        rig = load_rig(rig_file) if rig_file else Rig()
    rig_host, rig_port = address(rig.osc.listen)
    here = "127.0.0.1" if rig_host in ("", "0.0.0.0", "::") else rig_host
    target = Target(host or here, osc_port or rig_port, listen)
    try:
        written = write(folder, target)
    except OSError as error:
        raise Failure(f"patches: {error.filename or folder} could not be written: {error.strerror}") from None
    if as_json:
        print_json({"host": target.host, "osc_port": target.osc_port, "files": [str(path) for path in written]})
        return
    for path in written:
        if path.name == "README.md":
            click.echo(f"{path.parent}")
    click.echo(
        f"{len(written)} files, for OSC to {target.host}:{target.osc_port}; each folder's README says what to connect"
    )
