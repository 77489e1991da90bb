"""editor: the language server, which tells an editor what is wrong with terms while they are typed, completes words and
names, shows what they mean and what they come to today, and leads to where things are given.

:mod:`server` says which page answers what; :mod:`check` looks for problems in the background. The pages in between ask one
thing each of a :class:`~invoicer.editor.view.View`, which is a text with the files around it. ``vscode/`` is the extension
for Visual Studio Code; :mod:`extension` writes it out.
"""

from invoicer.editor.extension import write_extension
from invoicer.editor.server import serve

__all__ = ["serve", "write_extension"]
