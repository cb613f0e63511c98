"""Writing call scripts: beginning one, changing its draft, publishing, taking it along."""
