"""Connect the parts of literate to Sphinx and MyST-NB."""

from __future__ import annotations

from pathlib import Path

from jinja2 import FileSystemBytecodeCache
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.jinja2glue import BuiltinTemplateLoader
from sphinx.util.typing import ExtensionMetadata

from literate.publish.epub import Epub
from literate.publish.publication import Publication
from literate.report import directives, guard, in_sphinx, ledger, lines, parser
from literate.report.failures import Failures
from literate.report.label import depart_label, output_label, visit_label
from literate.report.progress import Progress
from literate.run import database, forkserver, kernel, reading, shard, sphinx_api, stored
from literate.run.schedule import Schedule
from literate.verify import choices, prose
from literate.versions import drift


def setup(app: Sphinx) -> ExtensionMetadata:
    """Connect the parts."""
    app.setup_extension("myst_nb")
    app.add_config_value("literate_sources", [], "", [list])
    app.add_config_value("literate_variables", [], "", [list])
    app.add_config_value("literate_packages", [], "env", [list])
    app.add_config_value("literate_accept", False, "env", [bool])
    app.add_config_value("literate_tracebacks", False, "env", [bool])
    for name, default in choices.DEFAULTS.items():
        app.add_config_value(name, default, "env", [str, dict])
    app.connect("config-inited", choices.validate)
    app.add_config_value("literate_shard", "", "env", [str])
    app.connect("config-inited", shard.validate)
    app.connect("env-before-read-docs", shard.deal)
    kernel.use_private_kernelspec()
    database.open_by_path()
    lines.use_exact_lines()
    stored.use_fresh_outputs()
    app.add_config_value("literate_shape", "", "env", [str])
    app.connect("config-inited", reading.shape, priority=900)
    app.connect("env-get-outdated", reading.outdated)
    app.connect("env-before-read-docs", reading.look_before)
    app.connect("doctree-read", reading.note_inputs, priority=900)
    publication = Publication()
    app.connect("builder-inited", publication.begin, priority=100)
    app.connect("env-updated", publication.outdated, priority=100)  # before anything is published
    app.connect("build-finished", publication.finish, priority=950)
    failures = Failures(app)
    app.connect("env-get-outdated", failures.outdated)
    app.connect("build-finished", failures.finish, priority=960)
    app.config.nb_render_plugin = "literate"
    # Our own warning of a failed run names the line; MyST-NB's two others do not.
    app.config.suppress_warnings = [*app.config.suppress_warnings, "mystnb.exec"]
    app.add_source_parser(parser.GuardedParser, override=True)
    hands = Schedule()
    app.connect("env-before-read-docs", hands.deal)
    app.connect("env-before-read-docs", start_server)
    app.connect("env-updated", hands.add_writer)
    app.add_directive("testoutput", directives.Block)
    app.add_directive("code-cell", directives.Block, override=True)
    app.connect("source-read", directives.hide_line_ends)
    app.connect("doctree-read", in_sphinx.verify_page)
    app.add_role("fact", prose.fact)
    app.add_node(ledger.Ledger)
    app.add_node(output_label, html=(visit_label, depart_label))
    app.add_directive("verification-ledger", ledger.LedgerDirective)
    app.add_directive("version-drift", drift.VersionDrift)
    app.connect("env-updated", ledger.pages_with_ledger)
    app.connect("doctree-resolved", ledger.fill_ledger)
    app.add_builder(Epub, override=True)
    app.connect("builder-inited", add_style)
    app.connect("builder-inited", keep_compiled_templates)
    app.connect("build-finished", kernel.stop_server_of_build)
    progress = Progress()
    app.connect("env-before-read-docs", progress.count)
    app.connect("source-read", progress.begin)
    app.connect("doctree-read", progress.end, priority=900)
    app.connect("build-finished", progress.report)
    app.connect("builder-inited", guard.guard, priority=900)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}


def start_server(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Start the fork server before the readers are forked; for a page each it would not pay."""
    if len(docnames) > sphinx_api.hands(app):
        forkserver.start(app.config.literate_preload, app.config.literate_generators)


def add_style(app: Sphinx) -> None:
    """Publish the style of the ticks."""
    app.config.html_static_path.append(str(Path(__file__).parent / "report" / "static"))
    app.add_css_file("literate.css")


def keep_compiled_templates(app: Sphinx) -> None:
    """Let Jinja compile the templates of a theme once, and not in every writer of every build."""
    templates = getattr(app.builder, "templates", None)
    if isinstance(templates, BuiltinTemplateLoader):
        folder = Path(app.doctreedir, "templates")
        folder.mkdir(parents=True, exist_ok=True)
        templates.environment.bytecode_cache = FileSystemBytecodeCache(str(folder))
