#!/bin/sh
# rustc as cargo calls it for the program's own crates, with counters put in.
exec "$@" -C instrument-coverage
