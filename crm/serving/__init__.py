"""The commands that start processes: server, worker, scheduler, and the installation made by `make run`."""
