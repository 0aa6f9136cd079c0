"""A year's capital gains as a tax return asks for them: by kind and rate, losses set off, the exemption, and the tax."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from app.domain.fiscal_years import FiscalYear
from app.domain.money import round_half_up
from app.domain.tax.gains import Gain, equity_exemption, gain_on, less_equity_exemption
from app.domain.tax.set_off import YearGain, set_off
from app.domain.tax.years import GainKind

HIGHEST_SLAB = Decimal("0.3")
"""Where losses could take up either, gains of the slabs rank as if the highest slab taxed them."""
ORDER = (GainKind.EQUITY_SHORT, GainKind.EQUITY_LONG, GainKind.OTHER_LONG, None, GainKind.VIRTUAL_ASSET)


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One kind of gain at one rate, in minor units. `kind` and `rate` are none for what the slabs tax, whose tax is not known here.

    `gain_minor` and `loss_minor` are what the sales brought, both positive; `left_minor` is what losses left of the gain;
    `exempt_minor` what the yearly exemption takes off that.
    """

    kind: GainKind | None
    rate: Decimal | None
    gain_minor: int
    loss_minor: int
    left_minor: int
    exempt_minor: int
    tax_minor: int | None

    @property
    def taxed_minor(self) -> int:
        """What bears the rate."""
        return self.left_minor - self.exempt_minor


@dataclass(frozen=True, slots=True)
class GainReport:
    """The gains of a year for tax, before surcharge and cess. Minor units of rupees."""

    lines: tuple[ReportLine, ...]
    exemption_minor: int
    short_left_minor: int
    long_left_minor: int
    virtual_lost_minor: int

    @property
    def tax_minor(self) -> int:
        """The tax at special rates together."""
        return sum(line.tax_minor or 0 for line in self.lines)

    @property
    def exempt_minor(self) -> int:
        """How much of the exemption is used."""
        return sum(line.exempt_minor for line in self.lines)


def gain_report(fy: FiscalYear, gains: Iterable[YearGain]) -> GainReport:
    """The gains of a year by kind and rate.

    Units: minor units. Rounding: each tax half-up, once.
    Raises: NotKnown for a year whose exemption or rates are not in the tables.
    Source: `tax.set_off`, `tax.gains`; section 112A(2) for the exemption, after losses.

    >>> from datetime import date
    >>> report = gain_report(FiscalYear(2025), [YearGain(GainKind.EQUITY_LONG, 22_500_000, date(2025, 6, 1))])
    >>> report.lines[0].exempt_minor, report.tax_minor
    (12500000, 1250000)
    """
    gains = list(gains)
    made: dict[tuple[GainKind | None, Decimal | None], list[int]] = defaultdict(lambda: [0, 0])
    for gain in gains:
        rate = None if gain.kind is None else gain_on(gain.kind, 0, gain.transferred_on).rate
        made[gain.kind, rate][gain.amount_minor < 0] += abs(gain.amount_minor)
    after = set_off(gains, slab_rate=HIGHEST_SLAB)
    exemption = equity_exemption(fy)
    left = {(gain.kind, gain.rate): gain.amount_minor for gain in after.gains}
    taxed = {(gain.kind, gain.rate): gain for gain in less_equity_exemption(after.gains, exemption)}
    lines = []
    for (kind, rate), (gain_minor, loss_minor) in made.items():
        if kind is None or rate is None:
            lines.append(ReportLine(None, None, gain_minor, loss_minor, after.slab_minor, 0, None))
            continue
        rest = left.get((kind, rate), 0)
        bears = taxed.get((kind, rate), Gain(kind, 0, rate))
        tax = round_half_up(bears.tax_minor)
        lines.append(ReportLine(kind, rate, gain_minor, loss_minor, rest, rest - bears.amount_minor, tax))
    return GainReport(
        tuple(sorted(lines, key=lambda line: (ORDER.index(line.kind), line.rate or 0))),
        exemption,
        after.short_left_minor,
        after.long_left_minor,
        after.virtual_lost_minor,
    )
