"""The report: one HTML page that needs nothing else."""

from playbill.rendering.report.page import write_report

__all__ = ["write_report"]
