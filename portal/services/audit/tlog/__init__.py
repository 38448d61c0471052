"""The formats of a transparency log (c2sp.org: tlog-tiles, tlog-checkpoint, signed-note); knows no database."""
