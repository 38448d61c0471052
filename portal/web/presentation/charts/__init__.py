"""Charts: widths and places across in per cent, heights and places down in pixels; and the words on them."""
