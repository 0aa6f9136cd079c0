"""The words receipts use, by what they say about the amount, date or name beside them.

Rows are compared without spaces, digits and punctuation, because recognisers drop spaces and read 0 for O.
"""

import re
import unicodedata

LIKE_LETTERS = str.maketrans({"0": "o", "1": "i", "5": "s", "8": "b", "|": "i"})

GRAND = re.compile(
    r"grandtotal|nett?otal|nett?amount|nett?amt|nett?payable|amountdue|totaldue|amountpayable|totalpayable|topay|payable|"
    r"totalamount|totalamt|totalbill|billtotal|billamount|billamt|invoicetotal|invoicevalue|roundedtotal|totalround|totalrm|"
    r"afterround|afterrounding|totalsalesinc|totalsalesincl|inclusiveof|inclusivegst|totalincl|totalinc|totinc|grosstotal|"
    r"summe|gesamt|zuzahlen|endbetrag|zahlbetrag|rechnungsbetrag|amountpaid|paidamount|balancedue|totalpaid|finaltotal|"
    r"tctal|tutal|ttotal|totalsale$|totalsales$|totalinr|totalrs|totaleur|totalusd|ordertotal|totaltopay|jumlah|salestotal"
)
TOTAL = re.compile(r"total|t0tal|totai|tota1|tota$|jumlah|summe|betrag|amount(?!rm)|ammount|otal\b")
SUBTOTAL = re.compile(
    r"sub.?tot|subt|zwischensumme|taxablevalue|taxableamt|exclusive|excluding|totalexcl|totalex|beforetax|netto|excl"
)
TAX = re.compile(r"gst|sst|vat|tax|mwst|ust|cess|levy|steuer|utgst")
TAX_SUMMARY = re.compile(
    r"gstsummary|taxsummary|summary|taxcode|gstanalysis|taxanalysis|steuersatz|mwstsatz|taxrm|gstrm|amountrm"
)
CHANGE = re.compile(r"change|balance|baki|rückgeld|ruckgeld|zurück|zuruck|returned|wechselgeld")
CASH = re.compile(r"cash|tender|tunai|received|gegeben|paidby|payment|bezahlt|bar$|^bar|givem|given")
CARD = re.compile(r"visa|master|card|karte|amex|debit|credit|paywave|girocard|maestro|electronic|kredit")
WALLET = re.compile(r"upi|gpay|googlepay|phonepe|paytm|bhim|grabpay|touchngo|boost|applepay|paypal")
ROUNDING = re.compile(r"round|rundung|adj")
DISCOUNT = re.compile(r"disc|saving|saved|rabatt|coupon|voucher|less|off$|promo|member")
COUNT = re.compile(r"qty|quantity|items|pcs|count|noofitem|itemcount|anzahl|posten")
SERVICE = re.compile(r"service|svc|srvc|servicecharge|packing|delivery|tips|bedienung")
PRICE = re.compile(r"price|rate|mrp|unit|each|desc|einzelpreis|perkg|perlitre|litre")
POINTS = re.compile(r"point|punkte|pts|payback|bonus|limit|opening|closing|deposit")

DATE = re.compile(r"date|datum|tarikh|dated|billdt|dt$|^dt|invdt|tgl")
NOT_THIS_DATE = re.compile(
    r"due|expir|valid|fällig|fallig|gültig|gultig|until|before|printed|mfg|exp$|best|return|delivery"
)

LEGAL = re.compile(
    r"\b(s\.?\s?d\.?\s?n\.?|sdn|bhd|berhad|enterprise[s]?|trading|traders?|pvt|private|ltd|limited|llp|llc|inc|corp|co|company|gmbh|mbh|kg|ag|ohg|e\.?k|"
    r"plt|pte|services?|industries|holdings?|marketing|sons|bros|brothers|associates)\b|\(m\)|sdn|bhd|enterprise|gmbh",
    re.IGNORECASE,
)
TRADE = re.compile(
    r"restoran|restaurant|cafe|kopitiam|hardware|mart\b|supermarket|stores?\b|bakery|kedai|pharmacy|medical|chemist|hotel|bistro|"
    r"stationery|books?|electr|motor|machinery|garden|foods?\b|kitchen|station|shop|bazaar|sweets|dairy|petrol|salon|clinic|"
    r"fashion|gift|deco|burger|pizza|coffee|bar\b|grill|house|dhaba|markt|baumarkt|drogerie|apotheke|tankstelle|bäckerei|perniagaan|"
    r"syarikat|pasaraya|farmasi|klinik|boutique|textile|garments?|jewell|super|hyper|general|centre|center|village|corner",
    re.IGNORECASE,
)
ADDRESS = re.compile(
    r"\b(jalan|jln|lorong|taman|lot|no\.?\s?\d|road|rd|street|st\.|floor|block|blk|plot|sector|nagar|near|opp|level|unit|kampung|"
    r"selangor|kuala|johor|penang|melaka|perak|malaysia|singapore|darul|seksyen|section|bandar|wilayah|persekutuan|shah alam|"
    r"straße|strasse|str\.|platz|weg|bengaluru|mumbai|delhi|pune|chennai|hyderabad|india|pin|avenue|ave|highway|shop no)\b|"
    r"\b\d{5,6}\b|str\.\s?\d|straße\s?\d",
    re.IGNORECASE,
)
CONTACT = re.compile(
    r"tel|phone|\bph\b|fax|gst\s?(id|no|reg|in)|gstin|reg\b|email|@|www|http|\.com|fssai|ust-?id|steuer-?nr|roc|co\.?\s?(no|reg)|"
    r"company\s?(no|reg)|\bmob|hotline|tin\b|cin\b|brn|sst\s?(id|no)",
    re.IGNORECASE,
)
TITLE = re.compile(
    r"invoice|receipt|\bbill\b|welcome|thank|\bcash\b|date|time|cashier|table|\bcopy\b|order|server|original|duplicate|simplified|"
    r"reprint|member|customer|quotation|statement|payment|success|willkommen|kassenbon|quittung|rechnung|counter|terminal|"
    r"check\s?(no|#)|\bpos\b|openings?|hours|Öffnungszeiten|uhr\b|montag|\bmo\b|approved|kundenbeleg|händler|paid to",
    re.IGNORECASE,
)
REGISTRATION = re.compile(
    r"\(\s?(?:co\.?|no\.?|reg\.?|roc)*\s?:?\s?[A-Z]{0,3}\s?[\dOIZlU]{4,}[^)]{0,8}\)?|"
    r"\b(?:[A-Z]{0,3}\d{5,9}|\d{5,7})\s?[-–/]\s?[A-Z0-9]{1,2}\b\)?|\b\d{6,8}[A-Z]\b"
)


def squeezed(text: str) -> str:
    """The letters of a text in lower case, digits that look like letters taken for them: "Round 0ff" is "roundoff"."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(
        letter for letter in re.sub(r"(?<=[^\W\d_])[01589|]|[01](?=[^\W\d_])", _letter, plain) if letter.isalpha()
    )


def _letter(match: re.Match[str]) -> str:
    return match.group().translate(LIKE_LETTERS)
