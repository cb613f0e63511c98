"""The pages of call scripts: the list, reading and trying one, and the editor of its draft."""
