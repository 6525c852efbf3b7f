"""Give the theme the repository's address: from _config.yml, or in a fork from its CI environment.

The address itself is worked out by :func:`helpers.colab.repository`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ConfigError

from helpers.colab import repository


def set_addresses(app: Sphinx, config: Config) -> None:
    """Write the addresses of this copy of the book into the configuration."""
    try:
        book = repository(Path(app.confdir))
    except (FileNotFoundError, ValueError) as error:
        raise ConfigError(str(error)) from error
    config.html_theme_options.update(
        repository_url=book.url,
        repository_branch=book.branch,
        repository_provider=book.provider,
    )
    config.html_baseurl = book.pages_url


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension with Sphinx."""
    app.connect("config-inited", set_addresses, priority=100)  # before the theme reads them
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
