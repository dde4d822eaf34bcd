"""The report: one page that a sales leader reads, with plots that need nothing but the page."""
