"""Tests of the 46elks plugin, over real sockets."""
