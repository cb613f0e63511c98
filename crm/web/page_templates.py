"""Templates of pages, translated while they are compiled: once for each language, and not anew for each page shown.

A page has hundreds of fixed texts. In a template compiled for Swedish they stand in Swedish, as if it had been written
so; only texts with something put into them are looked up while a page is made.
"""

import copy
from collections.abc import MutableMapping
from typing import Any

from flask import Flask
from flask.templating import Environment
from flask_babel import get_locale
from jinja2 import Template, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.environment import create_cache
from jinja2.visitor import NodeTransformer

from crm.lazy_texts import catalogue_in_force
from crm.web.escaping import written


class _Generator(CodeGenerator):
    """Writes ``written()`` for ``escape()`` where a page puts a value out."""

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape or finalize.src is not None:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write("environment.written(")


class PageEnvironment(Environment):
    """Jinja's environment of an application; behind it stands one for each language that was asked for."""

    code_generator_class = _Generator
    written = staticmethod(written)

    def __init__(self, app: Flask, **options: Any) -> None:
        super().__init__(app, **options)
        self.language = ""
        """The language whose templates are here; '' for the one that finds the right one."""
        self._words: Any = None
        self._of_language: dict[str, PageEnvironment] = {}

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """What every template knows. Nobody here gives one template more than the others: no chain of mappings, each
        of which would be asked for every name of every template that a page consists of."""
        return super().make_globals(d) if d else self.globals

    def _load_template(self, name: str, globals: MutableMapping[str, Any] | None) -> Template:
        locale = None if self.language else get_locale()
        if locale is None:
            return super()._load_template(name, globals)
        return self._speaking(str(locale))._load_template(name, globals)

    def _speaking(self, language: str) -> "PageEnvironment":
        """The environment of a language, with filters and globals in common."""
        found = self._of_language.get(language)
        if found is None:
            found = copy.copy(self)
            found.overlayed, found.linked_to = True, self
            found.cache = create_cache(400)
            found.language, found._words = language, catalogue_in_force()
            self._of_language[language] = found
        return found

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        if self._words is not None:
            _Translator(self._words).visit(tree)
        return tree


class _Translator(NodeTransformer):
    """Puts the words of a language in the place of ``_("...")`` and ``pgettext("...", "...")`` of fixed texts."""

    def __init__(self, words: Any) -> None:
        self._words = words

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802  # Jinja's name
        self.generic_visit(node)
        text = self._translated(node)
        if text is None:
            return node
        return nodes.MarkSafeIfAutoescape(nodes.Const(text), lineno=node.lineno)

    def _translated(self, node: nodes.Call) -> str | None:
        texts = [each.value for each in node.args if isinstance(each, nodes.Const) and isinstance(each.value, str)]
        others = node.kwargs or node.dyn_args or node.dyn_kwargs or len(texts) != len(node.args)
        if others or not isinstance(node.node, nodes.Name):
            return None
        match node.node.name, texts:
            case "_" | "gettext", [text]:
                found = self._words.ugettext(text)
            case "pgettext", [context, text]:
                found = self._words.upgettext(context, text)
            case _:
                return None
        return _with_nothing_put_in(found)


def _with_nothing_put_in(text: str) -> str | None:
    """What ``text % {}`` gives; None where it cannot be done, so that the page says so as before."""
    try:
        return text % {} if "%" in text else text
    except (KeyError, TypeError, ValueError):
        return None


def use_page_templates(app: Flask) -> None:
    """Let an application have these templates. Call it before anything asks for its ``jinja_env``."""
    app.jinja_environment = PageEnvironment  # type: ignore[assignment]  # declared as a fixed one
