"""The plots of the report. Each is a pure function from plain values to the text of an SVG."""
