"""The map: its projection, the frame that is shown, and where the circles stand. Pure: no words, no links."""
