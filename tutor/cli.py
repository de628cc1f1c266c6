"""The one entry point, `redis-tutor`. Each subcommand imports what it needs when it runs."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress

from tutor import __version__
from tutor.i18n import LANGUAGES, MissingCatalog, _, guess_language, set_language


def main(argv: Sequence[str] | None = None) -> int:
    """Run `redis-tutor` with these arguments; returns the exit code."""
    words = sys.argv[1:] if argv is None else list(argv)
    _confine()
    try:
        served = _served(words)
        if served is not None:
            return _serve(served)
        if not {"-h", "--help"}.isdisjoint(words):
            _speak(words)
        args = _parser().parse_args(words)
        if args.pack is not None and not _use_pack(args.pack):
            return 2
        return int(args.run(args))
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 141


def _confine() -> None:
    """A visitor of `redis-tutor web` gets a process that reaches nothing outside of itself."""
    home = os.environ.get("REDIS_TUTOR_VISITOR")
    if home:
        from pathlib import Path

        from tutor.console.confinement import confine

        confine(Path(home))


def _served(words: Sequence[str]) -> Sequence[str] | None:
    """What follows `serve`, which speaks redis-server's command line and not argparse's; None for
    every other subcommand. ``--lang`` may stand before it: Redis has one language."""
    at = 0
    if words and words[0].startswith("--lang"):
        at = 1 if "=" in words[0] else 2
    return words[at + 1 :] if words[at : at + 1] == ["serve"] else None


def _speak(words: Sequence[str]) -> None:
    """Take the language that was wished or guessed, for a text that argparse is about to print."""
    finder = argparse.ArgumentParser(add_help=False)
    finder.add_argument("--lang")
    code = finder.parse_known_args(words)[0].lang or guess_language() or "en"
    with suppress(MissingCatalog):
        set_language(code if code in LANGUAGES else "en")


class _HelpFormatter(argparse.HelpFormatter):
    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[argparse._MutuallyExclusiveGroup],
        prefix: str | None = None,
    ) -> None:
        """In the present language."""
        super().add_usage(usage, actions, groups, _("Usage: ") if prefix is None else prefix)


def _parser() -> argparse.ArgumentParser:
    command = _("COMMAND")
    parser = argparse.ArgumentParser(
        prog="redis-tutor",
        usage=f"%(prog)s [-h] [--version] [--lang {{en,ru}}] [--plain] [{command} ...]",
        description=_("Learn Redis by typing real commands and watching what they do in memory."),
        formatter_class=_HelpFormatter,
        add_help=False,
    )
    options = _options(parser)
    options.add_argument(
        "--version",
        action="version",
        version=f"redis-tutor {__version__}",
        help=_("print the version and leave"),
    )
    options.add_argument("--lang", choices=[*LANGUAGES], help=_("language of the interface"))
    _pack_argument(options)
    _plain_arguments(options)
    parser.set_defaults(run=_course, lesson=None, pack=None)
    commands = parser.add_subparsers(title=_("commands"), metavar=command, prog="redis-tutor")

    def add(name: str, about: str, *others: str) -> argparse.ArgumentParser:
        return commands.add_parser(
            name, aliases=others, help=about, formatter_class=_HelpFormatter, add_help=False
        )

    learn = add("learn", _("open a lesson (the default: the home screen)"), "lesson")
    words = learn.add_argument_group(_("arguments"))
    words.add_argument("lesson", nargs="?", help=_("id of a lesson, e.g. string"))
    options = _options(learn)
    options.add_argument("--step", metavar="STEP", help=_("id or number of a step to begin with"))
    _record_arguments(options)
    about = _("tell the class at that address where you are")
    options.add_argument("--join", metavar="URL", help=about)
    _pack_argument(options)
    _plain_arguments(options)
    _lang_argument(options)
    learn.set_defaults(run=_course)

    _add_keeping(add)

    repl = add("repl", _("the plain prompt, also for pipes and scripts"))
    _repl_arguments(_options(repl))
    repl.set_defaults(run=_repl)

    xray = add("xray", _("a picture of one key in memory: text, SVG or PNG"))
    _xray_arguments(xray)
    xray.set_defaults(run=_xray)

    lab = add("lab", _("a lab: servers, links and faults in virtual time"))
    options = _options(lab)
    _lab_arguments(lab, options)
    _record_arguments(options)
    _lang_argument(options)
    lab.set_defaults(run=_lab)

    demo = add("demo", _("prepared scenes of a lab, presented to a class"))
    options = _options(demo)
    _demo_arguments(demo, options)
    _lang_argument(options)
    demo.set_defaults(run=_demo)

    rivals = add("rivals", _("Redis and Memcached side by side: experiments, slabs, the ring"))
    options = _options(rivals)
    _rivals_arguments(options)
    _lang_argument(options)
    rivals.set_defaults(run=_rivals)

    django = add("django", _("Django's cache, call by call, with what it sends"))
    _django_arguments(_options(django))
    django.set_defaults(run=_django)

    dissect = add("dissect", _("an RDB file, AOF or DUMP payload, byte by byte"))
    _dissect_arguments(dissect)
    dissect.set_defaults(run=_dissect)

    for name, about in (
        ("check-rdb", _("whether an RDB file is whole")),
        ("check-aof", _("whether an append-only file is whole; --fix cuts off its end")),
    ):
        check = add(name, about)
        _file_argument(check)
        options = _options(check)
        if name == "check-aof":
            options.add_argument("--fix", action="store_true", help=_("cut off what is not whole"))
        _lang_argument(options)
        check.set_defaults(run=_check_rdb if name == "check-rdb" else _check_aof)

    add("serve", _("a Redis server on a port: takes redis-server's arguments"))

    _add_class_and_load(add)

    memcached = add("memcached", _("a memcached on a port, in pure Python"))
    _memcached_arguments(memcached)
    memcached.set_defaults(run=_memcached)

    web = add("web", _("the tutor in a browser, one isolated world for each visitor"))
    _web_arguments(web)
    web.set_defaults(run=_web)

    lessons = add("lessons", _("for lesson authors: lint, new, play, sync, synced, list"))
    _options(lessons)
    lessons.add_argument("rest", nargs=argparse.REMAINDER)
    lessons.set_defaults(run=_lessons)

    pictures = add("pictures", _("draw the README's pictures as SVG"))
    words = pictures.add_argument_group(_("arguments"))
    words.add_argument("folder", help=_("where the files go, e.g. docs/pictures"))
    words.add_argument("names", nargs="*", help=_("only these: home, lesson, sandbox"))
    _options(pictures)
    pictures.set_defaults(run=_pictures)
    return parser


def _add_class_and_load(add: Callable[[str, str], argparse.ArgumentParser]) -> None:
    """The commands for many: a class on one server, load on a server of one's own."""
    classroom = add("class", _("a class on one server: who is where, and who is stuck"))
    _class_arguments(_options(classroom))
    classroom.set_defaults(run=_class)

    load = add("load", _("rate limiting and caching under load, on a server of your own"))
    _load_arguments(_options(load))
    load.set_defaults(run=_load)


def _add_keeping(add: Callable[[str, str], argparse.ArgumentParser]) -> None:
    """The commands on what a learner keeps."""
    from tutor.console import learning

    review = add("review", _("what is due is asked again, concept by concept"))
    options = _options(review)
    learning.add_review_arguments(options)
    _lang_argument(options)
    review.set_defaults(run=_review)

    progress = add("progress", _("how far you are, what is weak; history, export, import, report"))
    options = _options(progress)
    learning.add_progress_arguments(progress, options)
    _lang_argument(options)
    progress.set_defaults(run=_progress)

    sheet = add("cheatsheet", _("a cheat sheet in Markdown from your own commands"))
    options = _options(sheet)
    learning.add_cheatsheet_arguments(sheet, options)
    _lang_argument(options)
    sheet.set_defaults(run=_cheatsheet)


def _options(parser: argparse.ArgumentParser) -> argparse._ArgumentGroup:
    """The group of options, with ``--help`` in it; its title is in the present language."""
    group = parser.add_argument_group(_("options"))
    group.add_argument("-h", "--help", action="help", help=_("print this and leave"))
    return group


def _lang_argument(options: argparse._ArgumentGroup) -> None:
    options.add_argument(
        "--lang",
        choices=[*LANGUAGES],
        default=argparse.SUPPRESS,
        help=_("language of the interface"),
    )


def _plain_arguments(options: argparse._ArgumentGroup) -> None:
    """Where the course is played in lines; both parsers have them, so neither has a default."""
    for name, about in (
        ("--plain", _("in lines, without a screen: for pipes, scripts and screen readers")),
        ("--ascii", _("with --plain: frames and arrows of ASCII characters")),
    ):
        options.add_argument(name, action="store_true", default=argparse.SUPPRESS, help=about)


def _pack_argument(options: argparse._ArgumentGroup) -> None:
    options.add_argument(
        "--lessons",
        dest="pack",
        metavar="DIR",
        default=argparse.SUPPRESS,
        help=_("lessons from another folder (a course pack); progress is kept apart"),
    )


def _use_pack(folder: str) -> bool:
    """Take the lessons from there; says with file and line why it cannot be."""
    from pathlib import Path

    from tutor.course.packs import open_pack
    from tutor.course.problems import LessonError

    try:
        open_pack(Path(folder))
    except LessonError as error:
        print(error, file=sys.stderr)
        return False
    return True


def _xray_arguments(parser: argparse.ArgumentParser) -> None:
    from tutor.console.xray.options import add_arguments

    words = parser.add_argument_group(_("arguments"))
    options = _options(parser)
    add_arguments(words, options)
    _lang_argument(options)


def _course(args: argparse.Namespace) -> int:
    """The course: on screens where they can be drawn, else (or if that is wished) in lines."""
    from tutor.console.plain.terminal import can_draw

    if not getattr(args, "plain", False) and can_draw():
        return _tui(args)
    if _cannot_record(args):
        return 2
    from tutor.console.plain.command import run

    return run(args)


def _tui(args: argparse.Namespace) -> int:
    from tutor.tui.app import run

    return run(args)


def _review(args: argparse.Namespace) -> int:
    if not args.list and sys.stdout.isatty() and sys.stdin.isatty():
        args.open_review = True
        return _tui(args)
    from tutor.console.learning import run_review

    return run_review(args)


def _progress(args: argparse.Namespace) -> int:
    from tutor.console.learning import run_progress

    return run_progress(args)


def _cheatsheet(args: argparse.Namespace) -> int:
    from tutor.console.learning import run_cheatsheet

    return run_cheatsheet(args)


def _repl_arguments(options: argparse._ArgumentGroup) -> None:
    from tutor.console.reploptions import add_arguments

    add_arguments(options)
    _lang_argument(options)


def _repl(args: argparse.Namespace) -> int:
    from tutor.console.repl import run

    return run(args)


def _xray(args: argparse.Namespace) -> int:
    from tutor.console.xray.command import run

    return run(args)


def _django_arguments(options: argparse._ArgumentGroup) -> None:
    from tutor.console.django.options import add_arguments

    add_arguments(options)
    _lang_argument(options)


def _django(args: argparse.Namespace) -> int:
    from tutor.console.django.command import run

    return run(args)


def _file_argument(parser: argparse.ArgumentParser) -> None:
    words = parser.add_argument_group(_("arguments"))
    words.add_argument("file", metavar="FILE", help=_("the file"))


def _dissect_arguments(parser: argparse.ArgumentParser) -> None:
    from tutor.console.files.options import add_arguments

    _file_argument(parser)
    options = _options(parser)
    add_arguments(options)
    _lang_argument(options)


def _dissect(args: argparse.Namespace) -> int:
    from tutor.console.files.dissect import run

    return run(args)


def _check_rdb(args: argparse.Namespace) -> int:
    from tutor.console.files.check import run_check_rdb

    return run_check_rdb(args)


def _check_aof(args: argparse.Namespace) -> int:
    from tutor.console.files.check import run_check_aof

    return run_check_aof(args)


def _lab_arguments(parser: argparse.ArgumentParser, options: argparse._ArgumentGroup) -> None:
    from tutor.console.labs import add_arguments

    add_arguments(parser, options)


def _lab(args: argparse.Namespace) -> int:
    from tutor.console.labs import OWN_LABS, is_lab, run, wants_screen

    if not wants_screen(args):
        return 2 if _cannot_record(args) else run(args)
    if args.lab == "durability":
        args.open_stage = args.policy, args.seed
        return _tui(args)
    if args.lab not in OWN_LABS:
        from tutor.console.lane_lab import asked

        _speak(["--lang", args.lang] if args.lang else [])
        args.open_lane_lab = asked(args) if is_lab(args.lab) else None
        return _tui(args) if args.open_lane_lab else 2
    args.open_lab = args.scenario, args.seed, args.replicas
    return _tui(args)


def _demo_arguments(parser: argparse.ArgumentParser, options: argparse._ArgumentGroup) -> None:
    from tutor.console.demo import add_arguments

    add_arguments(parser, options)


def _demo(args: argparse.Namespace) -> int:
    from tutor.console.demo import asked, run, wants_screen

    if not wants_screen(args):
        return 2 if _cannot_record(args) else run(args)
    args.open_demo = asked(args)
    return _tui(args) if args.open_demo else 2


def _record_arguments(options: argparse._ArgumentGroup) -> None:
    from tutor.console.presenting import add_record_arguments

    add_record_arguments(options)


def _cannot_record(args: argparse.Namespace) -> bool:
    """Whether a recording was wished where no screen is, which is told."""
    from tutor.console.presenting import cannot_record

    return cannot_record(args)


def _rivals_arguments(options: argparse._ArgumentGroup) -> None:
    from tutor.console.rivals import add_arguments

    add_arguments(options)


def _rivals(args: argparse.Namespace) -> int:
    from tutor.console.rivals import run, wants_screen

    if wants_screen(args):
        args.open_rivals = "types"
        return _tui(args)
    return run(args)


def _serve(words: Sequence[str]) -> int:
    from tutor.console.loading import LoadingBar
    from tutor.network.serve import main as serve_main

    return serve_main(words, LoadingBar())


def _class_arguments(options: argparse._ArgumentGroup) -> None:
    from tutor.console.classoptions import add_arguments

    add_arguments(options)
    _lang_argument(options)


def _class(args: argparse.Namespace) -> int:
    from tutor.console.classoptions import wants_screen

    if wants_screen(args):
        args.open_class = True
        return _tui(args)
    from tutor.console.classroom import run

    return run(args)


def _load_arguments(options: argparse._ArgumentGroup) -> None:
    from tutor.console.load.options import add_arguments

    add_arguments(options)
    _lang_argument(options)


def _load(args: argparse.Namespace) -> int:
    from tutor.console.load.command import run

    return run(args)


def _memcached_arguments(parser: argparse.ArgumentParser) -> None:
    from tutor.console.memcached import add_arguments

    options = _options(parser)
    add_arguments(options)
    _lang_argument(options)


def _memcached(args: argparse.Namespace) -> int:
    from tutor.console.memcached import run

    return run(args)


def _web_arguments(parser: argparse.ArgumentParser) -> None:
    from tutor.console.web.command import add_arguments

    options = _options(parser)
    add_arguments(parser, options)
    _lang_argument(options)


def _web(args: argparse.Namespace) -> int:
    from tutor.console.web.command import run

    return run(args, _parser().parse_args)


def _lessons(args: argparse.Namespace) -> int:
    from tutor.console.lessons.command import main as lessons_main

    return lessons_main(args.rest)


def _pictures(args: argparse.Namespace) -> int:
    from pathlib import Path

    from tutor.tui.pictures import take

    for path in take(Path(args.folder), args.names):
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
