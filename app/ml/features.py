"""What is surprising about a row, given only the rows before it: one path for training, replay, save and import."""

from __future__ import annotations

import math
from array import array
from typing import Final

import numpy as np

from app.ml.memory import BOOK_ROWS, CATEGORY_ROWS, PAYEE_ROWS, Amounts, Habit
from app.ml.rows import Row
from app.ml.tails import Tail, count_tail, quantile, replace, student_tail

NAMES = ("here", "category", "book", "slip", "duplicate", "burst", "new_payee", "jump", "hour", "early")
FLOOR = 0.05


class Payee:
    __slots__ = ("amounts", "repeats")

    def __init__(self):
        self.amounts = Amounts(PAYEE_ROWS)
        self.repeats = Habit()


class Category:
    __slots__ = ("amounts", "firsts", "first_logs", "repeats", "residuals", "ring")

    def __init__(self):
        self.amounts = Amounts(CATEGORY_ROWS)
        self.repeats = Habit()
        self.firsts = Habit()
        self.residuals = array("d")  # sorted
        self.ring = array("d")
        self.first_logs = Amounts(64)


class BookMemory:
    def __init__(self):
        self.payees = {}
        self.categories = {}
        self.amounts = Amounts(BOOK_ROWS)
        self.repeats = Habit()
        self.firsts = Habit()
        self.residuals = array("d")
        self.ring = array("d")
        self.hours = [0.0] * 24
        self.nhours = 0.0
        self.tails = {n: Tail() for n in NAMES}
        self.heat = 0.0
        self.heat_day = 0

    def raw(self, row):
        x = math.log(row.amount_minor)
        day = row.occurred_on.toordinal()
        book = self.amounts
        s = dict.fromkeys(NAMES, 0.0)
        if not len(book):
            return s
        mb, sb = book.median(), max(book.spread(), 0.3)
        s["book"] = student_tail((x - mb) / sb)
        cat = self.categories.get(row.category_id)
        nc = len(cat.amounts) if cat else 0
        if nc:
            mc = (nc * cat.amounts.median() + 2 * mb) / (nc + 2)
            sc = math.sqrt((nc * cat.amounts.spread() ** 2 + 6 * sb * sb) / (nc + 6))
        else:
            mc, sc = mb, sb
        sc = max(sc, 0.2)
        zc = (x - mc) / (sc * math.sqrt(1 + 1 / (nc + 1)))
        s["category"] = student_tail(zc)
        wb = quantile(self.residuals, 0.8) / 0.84 if len(self.residuals) > 10 else 0.6
        nr = len(cat.ring) if cat else 0
        wc = (nr * (quantile(cat.residuals, 0.8) / 0.84 if nr else 0) + 10 * wb) / (nr + 10)
        wc = max(wc, 0.1)
        p = self.payees.get(row.payee_key) if row.payee_key is not None else None
        np_ = len(p.amounts) if p else 0
        if p:
            a = p.amounts
            mp = (np_ * a.median() + 0.5 * mc) / (np_ + 0.5)
            sp = math.sqrt(((np_ - 1) * a.spread() ** 2 + KS * wc * wc) / (np_ - 1 + KS))
            sp = max(sp, FLOOR) * math.sqrt(1 + 1 / np_)
            zp = (x - mp) / sp
            here = student_tail(zp)
            self.dbg = (mp, sp, mc, sc, wc, wb)
            if here > 0.5:
                # a level that was reached lately, or a year ago, is no news
                near = max(a.minors[-3:])
                top = math.log(near)
                for d, m in zip(a.days, a.minors):
                    if 340 <= day - d <= 390 and m > near:
                        top = max(top, math.log(m))
                here *= min(1.0, max(0.25, (x - top) / 0.3))
            s["here"] = here
            if here > 0.5:
                best = 0.0
                lo = student_pdf(zp)
                for k in (LN10, 2 * LN10):
                    zk = (x - k - mp) / sp
                    best = max(best, math.log10(student_pdf(zk) / lo))
                    if (
                        row.amount_minor % round(math.exp(k)) == 0
                        and row.amount_minor // round(math.exp(k)) in a.minors
                    ):
                        best += 0.7
                s["slip"] = best
            # duplicates
            close = [m for d, m in zip(a.days[-8:], a.minors[-8:]) if abs(day - d) <= 2]
            if row.amount_minor in close:
                rb = self.repeats.rate(0.01, 20)
                rc = cat.repeats.rate(rb, 20) if cat else rb
                rp = p.repeats.rate(rc, KD)
                same = sum(1 for m in a.minors if m == row.amount_minor) - 1
                share = (same + 0.05) / (np_ + 1)
                span = max(day - a.days[0], 14)
                visit = min(1.0, 3 * np_ / span)
                s["duplicate"] = -math.log10(min(1.0, max(rp, visit * share)))
            # regular payment
            if np_ >= 3:
                gaps = sorted(a.days[i] - a.days[i - 1] for i in range(max(1, np_ - 6), np_))
                g = gaps[len(gaps) // 2]
                dev = sorted(abs(q - g) for q in gaps)[(len(gaps) * 3) // 4]
                if g >= 6 and dev <= max(3, 0.15 * g):
                    lm = [math.log(m) for m in a.minors[-4:]]
                    wob = max(abs(lm[i] - lm[i - 1]) for i in range(1, len(lm)))
                    if len(lm) >= 4:
                        wob = sorted(abs(lm[i] - lm[i - 1]) for i in range(1, len(lm)))[1]
                    if wob < 0.1:
                        s["jump"] = min(student_tail((x - max(lm[-2:])) / (0.08 + wob)), 1 + 0.4 * min(np_, 6))
                    if day - a.days[-1] < g * 0.5:
                        s["early"] = math.log10(g / max(1, day - a.days[-1]))
        elif row.payee_key is not None:
            rb = self.firsts.rate(0.2, 10)
            rc = cat.firsts.rate(rb, 10) if cat else rb
            size = s["category"]
            s["new_payee"] = size - min(1, size) * math.log10(rc)
        if cat:
            days = cat.amounts.days
            c = 1
            for i in range(nc - 1, max(-1, nc - 40), -1):
                if abs(day - days[i]) <= 1:
                    c += 1
                elif day - days[i] > 1:
                    break
            before = nc - c + 1
            if c >= 3 and before >= 5:
                span = max(day - days[0], 20)
                lam = (before + 2) / span * 2
                s["burst"] = count_tail(c, lam, min(4.0, 0.2 * before))
        if row.hour is not None and self.nhours > 0:
            h = row.hour
            near = self.hours[h] + 0.5 * (self.hours[h - 1] + self.hours[(h + 1) % 24])
            s["hour"] = -math.log10((near + 0.5) / (self.nhours * 2 + 12) * 1.0)
            s["hour"] = max(0.0, s["hour"] - 1)
        return s

    def add(self, row, s):
        x = math.log(row.amount_minor)
        day = row.occurred_on.toordinal()
        for n in NAMES:
            self.tails[n].add(s[n])
        cat = self.categories.get(row.category_id)
        if cat is None:
            cat = self.categories[row.category_id] = Category()
        if row.payee_key is not None:
            p = self.payees.get(row.payee_key)
            self.firsts.add(p is None)
            cat.firsts.add(p is None)
            if p is None:
                p = self.payees[row.payee_key] = Payee()
            else:
                a = p.amounts
                rep = any(m == row.amount_minor and abs(day - d) <= 2 for d, m in zip(a.days[-8:], a.minors[-8:]))
                p.repeats.add(rep)
                cat.repeats.add(rep)
                self.repeats.add(rep)
                r = abs(x - a.median())
                for o in (cat, self):
                    old = None
                    if len(o.ring) >= 192:
                        old = o.ring.pop(0)
                    o.ring.append(r)
                    replace(o.residuals, r, old)
            p.amounts.add(day, row.amount_minor, x)
        cat.amounts.add(day, row.amount_minor, x)
        self.amounts.add(day, row.amount_minor, x)
        if row.hour is not None:
            self.hours[row.hour] += 1
            self.nhours += 1


KS = 3.0
KD = 4.0
LN10 = math.log(10)


def student_pdf(z):
    return 0.375 * (1 + z * z / 4) ** -2.5
