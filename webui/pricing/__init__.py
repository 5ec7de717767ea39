"""Prices: lists and the grid of what holds where, rings, bundles, rate sheets, simulation, what a call costs,
numbering."""

from leissner.webui.pricing import catalog, cost, drafts, grid, items, lists, rings, sheets  # noqa: F401  their pages
from leissner.webui.pricing.base import pages

__all__ = ["pages"]
