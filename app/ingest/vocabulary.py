"""The words by which statements name their columns, directions and states, in the languages we have met. Hints only: content decides."""

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

from app.ingest.statement import Role

_SPLIT_LETTERS = str.maketrans({"ł": "l", "ø": "o", "ß": "ss", "æ": "ae", "đ": "d", "ı": "i"})

_ENGLISH: Mapping[Role, str] = {
    Role.DATE: "date|transaction date|trans date|tran date|txn date|posting date|posted date|post date|booking date|booked date|date processed"
    "|run date|entry date|process date|trade date|date posted|date of transaction|transaction time|txn time|time|timestamp|date and time"
    "|date time|datetime|created|created at|created on|created date|transaction date time|completed date|finished on|started date|when",
    Role.VALUE_DATE: "value date|value dt|value dat|val date|effective date|settlement date|clearing date|date of value|interest date",
    Role.AMOUNT: "net|net amount|amount|amt|transaction amount|txn amount|trans amount|amount num|value|transaction value|billing amount|posted amount"
    "|amount local|account amount|total amount|sum|gross|amount debit credit|source amount",
    Role.DEBIT: "debit|debits|dr|debit amount|debit amt|dr amount|debit value|withdrawal|withdrawals|withdrawal amt|withdrawal amount|withdrawal dr"
    "|withdraw|withdrawn|withdrawals dr|paid out|money out|outflow|spent|expense|expenses|amount debit|out|charge|charges|outgoing|payments out|debit dr",
    Role.CREDIT: "credit|credits|cr|credit amount|credit amt|cr amount|credit value|deposit|deposits|deposit amt|deposit amount|deposit cr|deposits cr|paid in"
    "|money in|inflow|received|income|amount credit|in|incoming|payments in|lodgement|lodgements|credit cr",
    Role.DIRECTION: "dr cr|cr dr|debit credit|credit debit|d c|c d|dc|drcr|crdr|debit or credit|credit or debit|credit debit indicator|transaction type"
    "|txn type|type|details|debit credit indicator|balance impact|sign|direction|cr db|db cr|amount type|dc indicator",
    Role.BALANCE: "balance|running balance|running bal|closing balance|bal|balance amt|balance amount|account balance|available balance|balance after"
    "|ledger balance|new balance|current balance|closing bal|total balance|balance after transaction|running total",
    Role.FEE: "fee|fees|fee amount|source fee amount",
    Role.CURRENCY: "currency|ccy|curr|account currency|transaction currency|currency code|billing currency|source currency",
    Role.DESCRIPTION: "description|narration|narrative|particulars|memo|transaction details|remarks|transaction remarks|transaction description|details"
    "|original description|payment reference|reference|comment|comments|note|notes|activity|action|text|description 1|description 2|description 3"
    "|security description|transaction narrative|subject|payment details|additional info|transaction|info|transaction particulars|message|item|title",
    Role.PAYEE: "payee|merchant|merchant name|counter party|counterparty|counterparty name|name|partner name|payee name|beneficiary|source destination"
    "|vendor|customer|from to|to from|description payee|name description|payer payee|target name",
    Role.CATEGORY: "category|spending category|category group category|sub category|subcategory",
    Role.ACCOUNT: "account|account name|full account name",
    Role.STATUS: "status|state|transaction status|txn status|payment status|cleared",
    Role.BANK_ID: "transaction id|txn id|id|transferwise id|reference number|ref no|ref no cheque no|chq ref no|chq ref number|utr|wallet txn id|fitid"
    "|transaction reference|reference no|ref|ref number|transaction number|receipt no|order id|unique id|transaction reference number|utr no|rrn",
    Role.SERIAL: "sl no|s no|sr no|sno|serial no|sr|row|line|srl no|sl|serial",
    Role.SOURCE: "source name|source account|from account|account from",
    Role.DESTINATION: "destination name|destination account|to account|account to",
    Role.SECOND_ACCOUNT: "account2|transfer account|second account",
    Role.SECOND_AMOUNT: "account2 amount|transfer amount|second amount",
    Role.SECOND_CURRENCY: "account2 currency|transfer currency|second currency",
    Role.OTHER: "original amount|exchange to amount|split amount|local amount|local currency|original currency|exchange rate|total fees|price|quantity"
    "|commission|type foreign currency|foreign amount|foreign currency|amount foreign currency|reconcile date|original date|amount with sym|rate price"
    "|timezone|due date|statement date|cheque date|chq date|tax|cashback|base neucoins|reward points|amount in foreign currency|intl amount|tip"
    "|international amount|card no|card number|sales tax|shipping and handling amount|tax amount|points|target amount|source fee currency|target fee amount|target fee currency|target currency",
}
_FOREIGN: Mapping[Role, str] = {
    Role.DATE: "datum|buchung|buchungstag|buchungsdatum|transaktionsdatum|belegdatum|kaufdatum|umsatz getatigt von|fecha|fecha operacion|fecha de operacion"
    "|f operacion|fecha contable|fecha mov|data|data operacji|data transakcji|data ksiegowania|data contabile|data operazione|data registrazione|data lancamento"
    "|data mov|data do movimento|date operation|date d operation|date de l operation|date comptable|date de comptabilisation|date d ecriture|boekdatum"
    "|boekingsdatum|transactiedatum|datum transakce|datum zauctovani|datum provedeni|bokforingsdag|bokforingsdatum|transaktionsdag|reskontradatum|dato"
    "|bogforingsdato|utfort dato|bokfort dato|paivamaara|kirjauspaiva|konyveles datuma|tranzakcio datuma|дата|дата операции|дата платежа|日期|交易时间"
    "|交易创建时间|kuupaev|datums|交易日期|记账日期|取引日|日付|date transaction|date achat|date de transaction|date de la transaction|data valor e hora|fecha y hora",
    Role.VALUE_DATE: "valuta|valutadatum|valuta datum|wertstellung|wertstellungsdatum|wert|date valeur|date de valeur|valeur|fecha valor|f valor|data valuta"
    "|data waluty|rentedatum|renteboekdatum|data valor|valor data|valutadag|rentedato|arvopaiva|datum valuty|起息日",
    Role.AMOUNT: "betrag|umsatz|umsatz in eur|betrag in eur|montant|montant de l operation|importe|importo|import|kwota|kwota operacji|kwota transakcji|bedrag|belopp|belop|valor"
    "|castka|objem|suma|osszeg|maara|сумма|сумма операции|сумма платежа|金额|金额 元|交易金额|取引金額|monto|quantia|somme|summa|wartosc|kwota w pln|transaktionsbetrag",
    Role.DEBIT: "soll|debet|debit eur|cargo|cargos|debe|addebiti|addebito|uscite|dare|sortie|belastung|lastschrift|debito|debitos|retiro|retiros|obciazenia"
    "|wydatki|ut|ut fra konto|расход|списание|支出|支出金额|出金|お支払金額|gasto|gastos|depenses|debits eur|ausgaben|ausgang|auszahlung|kwota obciazenia|af",
    Role.CREDIT: "haben|credit eur|abono|abonos|haber|accrediti|accredito|entrate|avere|gutschrift|credito|creditos|uznania|wplywy|inn|inn pa konto|entree"
    "|приход|зачисление|поступление|收入|收入金额|入金|お預り金額|ingreso|ingresos|deposito|depositos|recettes|einnahmen|einzahlung|kwota uznania|bij",
    Role.DIRECTION: "af bij|bij af|soll haben|s h|debet credit|sens|kierunek|收 支|收支|направление|тип|тип операции|umsatztyp|umsatzart|debit kredit|debet kredit"
    "|buchungsart|deebet kreedit|debets kredits|d k|segno|tipo|tipo de movimiento|typ transakcji|type de transaction|kennzeichen|plus minus",
    Role.BALANCE: "saldo|solde|kontostand|saldo po operacji|saldo nach buchung|saldo na operacji|stand|saldo contabile|saldo disponible|saldo disponibile|zustatek"
    "|saldo po transakcji|egyenleg|остаток|余额|账户余额|交易余额|残高|差引残高|saldo eur|solde progressif|saldo na mutatie|beginsaldo|resultaat",
    Role.FEE: "gebuhr|frais|commissione|opłata",
    Role.CURRENCY: "wahrung|waehrung|devise|monnaie|monn|divisa|moneda|muntsoort|munt|waluta|mena|valutasort|валюта|币种|通貨|valuuta|valiuta|devisa|moeda|waluta transakcji|penznem",
    Role.DESCRIPTION: "verwendungszweck|buchungstext|umsatztext|beschreibung|vorgang|libelle|libelle operation|libelle simplifie|libelle complet|concepto|descripcion"
    "|observaciones|descrizione|causale|descrizione operazione|omschrijving|mededelingen|naam omschrijving|opis|opis operacji|tytul|tytul operacji|popis|zprava pro prijemce"
    "|beskrivning|tekst|beskrivelse|descricao|historico|movimento|opis transakcji|kozlemeny|назначение|назначение платежа|описание|описание операции|商品名称|商品|摘要|备注"
    "|交易摘要|交易说明|商品说明|お取引内容|摘要内容|betreff|zahlungsgrund|viesti|selite|selgitus|informacija|paaiskinimai|paaiskinimas|forklaring|rubrik|informations|communication|libelles|ref|detalle|movimiento",
    Role.PAYEE: "auftraggeber empfanger|auftraggeber beguenstigter|auftraggeber begunstigter|zahlungsempfanger in|zahlungsempfanger|zahlungspflichtige r|empfanger"
    "|begunstigter|begunstigter zahlungspflichtiger|beguenstigter zahlungspflichtiger|name zahlungsbeteiligter|naam|naam tegenpartij|nadawca odbiorca|nazwa nadawcy"
    "|beneficiaire|beneficiario|ordenante|交易对方|对方户名|对方名称|контрагент|protiucet|nazev protiuctu|nazev protistrany|mottagare|saaja|saaja maksaja|partner neve",
    Role.CATEGORY: "kategorie|categorie|categoria|kategoria|категория|分类|交易分类",
    Role.STATUS: "交易状态|当前状态|статус|stato|estado|statut|stav",
    Role.BANK_ID: "n de transaction|交易号|交易订单号|交易单号|numer transakcji|id operacji",
    Role.OTHER: "umsatzzeit|uhrzeit|heure|ora|kurs|wechselkurs|betrag fremdwahrung|betrag original|originalbetrag|cashback|сумма операции в валюте платежа",
}


def plain(text: str) -> str:
    """Lower case, without accents, brackets and punctuation: how headings and words are compared.

    >>> plain("Chq./Ref.No.")
    'chq ref no'
    """
    text = text.casefold().translate(_SPLIT_LETTERS)
    text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return re.sub(r"[\W_]+", " ", text).strip()


def _by_name(words: Mapping[Role, str]) -> dict[str, tuple[Role, ...]]:
    table: dict[str, tuple[Role, ...]] = {}
    for role, names in words.items():
        for name in names.split("|"):
            table[plain(name)] = (*table.get(plain(name), ()), role)
    return table


_ENGLISH_NAMES = _by_name(_ENGLISH)
_FOREIGN_NAMES = _by_name(_FOREIGN)
_IN_BRACKETS = re.compile(r"[(\[{（].*?[)\]}）]")
_PATTERNS: tuple[tuple[re.Pattern[str], tuple[Role, ...]], ...] = tuple(
    (re.compile(pattern), roles)
    for pattern, roles in (
        (
            r"\b(foreign|original|orig|local|exchange|rate|limit|points?|rewards?|gst|vat|tax|commission|quantity|price|international|intl|fremd\w*)\b",
            (Role.OTHER,),
        ),
        (r"\b(balance|bal|saldo|solde|kontostand)\b|余额|残高", (Role.BALANCE,)),
        (
            r"\b(debits?|dr|withdrawals?)\b.*\b(credits?|cr|deposits?)\b|\b(credits?|cr|deposits?)\b.*\b(debits?|dr|withdrawals?)\b",
            (Role.DIRECTION, Role.AMOUNT),
        ),
        (r"\bvalu?e? (date|dt|dat)\b|valuta|wertstellung|valeur", (Role.VALUE_DATE,)),
        (r"\b(date|dt|datum|fecha|data|dato|datetime)\b|日期|时间|дата|buchungsdatum", (Role.DATE,)),
        (r"\b(debits?|withdrawals?|withdrawn|outflow|paid out|money out|dr)\b|支出", (Role.DEBIT,)),
        (r"\b(credits?|deposits?|deposited|inflow|paid in|money in|cr)\b|收入", (Role.CREDIT,)),
        (
            r"\b(amount|amt|betrag|montant|importe|importo|kwota|bedrag|belopp|belop|castka|сумма|monto)\b|金额",
            (Role.AMOUNT,),
        ),
        (r"\b(currency|ccy|wahrung|devise|divisa|waluta|mena)\b", (Role.CURRENCY,)),
        (
            r"\b(description|narration|particulars|remarks?|details?|memo|verwendungszweck|libelle|omschrijving|opis|descri\w+)\b",
            (Role.DESCRIPTION,),
        ),
        (r"\b(merchant|payee|counterparty|beneficiary|empfanger|beneficiaire|beneficiario)\b", (Role.PAYEE,)),
        (r"\b(utr|transaction id|txn id|reference number|ref no)\b", (Role.BANK_ID,)),
    )
)


@lru_cache(maxsize=4096)
def roles_named(heading: str) -> tuple[Role, ...]:
    """The roles a heading may name, likeliest first; empty when it says nothing we know."""
    full = plain(heading)
    short = plain(_IN_BRACKETS.sub(" ", heading))
    short_without_code = re.sub(
        r"\b(in )?(eur|usd|gbp|inr|chf|pln|sek|nok|dkk|czk|huf|cad|aud|sgd|rs|kr)$", "", short
    ).strip()
    for name in (full, short, short_without_code):
        if name and (found := (*_ENGLISH_NAMES.get(name, ()), *_FOREIGN_NAMES.get(name, ()))):
            return tuple(dict.fromkeys(found))
    for pattern, roles in _PATTERNS:
        if pattern.search(full):
            return roles
    return ()


def is_foreign(heading: str) -> bool:
    """Whether only another language than English has this heading; no such language writes the month first."""
    name = plain(_IN_BRACKETS.sub(" ", heading))
    return name in _FOREIGN_NAMES and name not in _ENGLISH_NAMES


def currency_in_heading(heading: str) -> str | None:
    """The ISO code in a heading such as "Amount (EUR)"; symbols in brackets are left to the amounts."""
    found = re.search(r"[(\[ ]([A-Z]{3})[)\]]?$", heading.strip())
    return found[1] if found and found[1] not in {"AMT", "BAL", "DEB", "CRE", "NUM"} else None


OUT_WORDS = frozenset(
    ["dr", "d", "db", "debit", "debits", "debet", "debito", "withdrawal", "withdraw", "out", "outgoing", "outflow", "af", "soll", "s", "sale", "purchase", "expense", "charge", "fee", "check", "cheque", "spend", "spending", "ausgang", "belastung", "lastschrift", "cargo", "wydatek", "obciazenie", "支出", "uit", "付款", "uscita", "depense", "расход", "списание", "dare", "debe", "retiro", "negative", "paid", "deebet"]
) | {"money out", "paid out", "card payment", "atm withdrawal", "direct debit", "debit card"}  # fmt: skip
IN_WORDS = frozenset(
    ["cr", "c", "credit", "credits", "deposit", "in", "incoming", "inflow", "bij", "haben", "h", "income", "refund", "return", "eingang", "gutschrift", "credito", "abono", "收入", "received", "uznanie", "entrata", "avere", "recette", "приход", "зачисление", "haber", "positive", "dslip", "k", "kredit", "kreedit", "kredits", "kreditas", "revenue"]
) | {"money in", "paid in", "direct deposit", "opening balance"}  # fmt: skip
_STRONG_OUT = frozenset({"sale", "purchase", "debit", "dr", "d", "withdrawal", "debits", "soll", "af"})
_STRONG_IN = frozenset({"credit", "credits", "cr", "c", "deposit", "haben", "bij"})
_TOP_UP = re.compile(r"top.?up|added to wallet|充值|转入|退款|refund")
_CASH_OUT = re.compile(r"withdraw|提现|转出|cash.?out")
PENDING_WORDS = frozenset(
    ["pending", "vorgemerkt", "authorised", "authorized", "authorisation", "authorization", "processing", "unposted", "reserved", "reserviert", "reserveret", "待入账", "处理中", "pendiente", "hold", "held", "temporary", "awaiting", "scheduled"]
) | {"en attente", "in progress", "in bearbeitung", "umsatz vorgemerkt", "not posted", "on hold", "in attesa"}  # fmt: skip
DONE_WORDS = frozenset(
    [
        "completed",
        "complete",
        "posted",
        "booked",
        "settled",
        "cleared",
        "success",
        "successful",
        "ok",
        "gebucht",
        "done",
        "executed",
        "approved",
        "reconciled",
        "uncleared",
        "paid",
    ]
) | {"umsatz gebucht"}
FAILED_WORDS = frozenset(
    [
        "failed",
        "failure",
        "declined",
        "reverted",
        "rejected",
        "cancelled",
        "canceled",
        "refused",
        "expired",
        "denied",
        "abgelehnt",
        "unsuccessful",
        "deleted",
        "void",
        "voided",
        "交易关闭",
        "失败",
    ]
)
PLUS_MINUS = {"+": 1, "-": -1}


@lru_cache(maxsize=4096)
def direction_of(word: str) -> int:
    """-1 for words that mean money out, 1 for money in, 0 for anything else."""
    if word.strip() in PLUS_MINUS:
        return PLUS_MINUS[word.strip()]
    name = plain(word)
    return -1 if name in OUT_WORDS else 1 if name in IN_WORDS else 0


@lru_cache(maxsize=4096)
def strong_direction_of(word: str) -> int:
    """Like `direction_of`, for the words alone that mean the same to every holder; a merchant's charge is money in."""
    name = plain(word)
    return -1 if name in _STRONG_OUT else 1 if name in _STRONG_IN else 0


def direction_of_neutral(text: str) -> int:
    """The direction of a wallet's own top-ups and withdrawals, which some files mark as neither."""
    text = text.casefold()
    return 1 if _TOP_UP.search(text) else -1 if _CASH_OUT.search(text) else 0


@lru_cache(maxsize=4096)
def is_pending_word(text: str) -> bool:
    """Whether a state says that the bank may still change the row."""
    return plain(text) in PENDING_WORDS


@lru_cache(maxsize=4096)
def is_failed_word(text: str) -> bool:
    """Whether a state says that no money moved."""
    return plain(text) in FAILED_WORDS


@lru_cache(maxsize=4096)
def is_state(text: str) -> bool:
    """Whether the text is a state of a transaction: pending, failed or done."""
    return plain(text) in PENDING_WORDS | FAILED_WORDS | DONE_WORDS


_BALANCE_LINE = re.compile(
    r"^(opening|closing|starting|ending|previous|new)? ?balance( (brought|carried) (forward|down)| b f| c f| as (of|on|at) .*| forward)?$|^(b f|c f|brought forward|carried forward)$"
    r"|^(saldo|solde) (inicial|final|anterior|initial|precedent|iniziale|finale|poczatkowe|koncowe)$|^(anfangs|end|alter |neuer )(saldo|bestand)$|^(beginning|opening|closing|ending) balance.*$|^(algsaldo|loppsaldo|kaive|sakuma atlikums|beigu atlikums|apgrozijums|likutis (pradziai|pabaigai)|apyvarta|turnover)$"
)


_LONGEST_BALANCE_LINE = 60
_MAYBE_BALANCE = re.compile(
    r"balance|saldo|solde|bestand|forward|\b[bc]/?f\b|atlikums|likutis|apgroz|apyvarta|käive|turnover", re.IGNORECASE
)


def is_balance_line(description: str) -> bool:
    """Whether the row only states the opening or closing balance."""
    return (
        len(description) < _LONGEST_BALANCE_LINE
        and bool(_MAYBE_BALANCE.search(description))
        and bool(_BALANCE_LINE.match(plain(description)))
    )


_CARD_PAYMENT = re.compile(
    r"\bthank ?you\b|\bpayment (received|recd)\b|\bautopay payment\b|\bpagamento recebido\b|\bpago recibido\b|\bpaiement recu\b|\bzahlung erhalten\b|\bdirectpay (full|min|payment)"
)
_CARD = re.compile(
    r"\b(credit card|card ?member|card ?holder|credit limit|minimum (amount )?due|minimum payment|total amount due|payment due date|card no|card number|kreditkarte|carte de credit)\b"
)


@lru_cache(maxsize=16384)
def is_card_payment(text: str) -> bool:
    """Whether a card's statement thanks for a payment to it: money in, from the card's side."""
    return bool(_CARD_PAYMENT.search(plain(text)))


def speaks_of_card(text: str) -> bool:
    """Whether headings or the lines above the table say that this is a credit card."""
    return bool(_CARD.search(plain(text)))


_DAY_FIRST_COUNTRY = re.compile(r"\b(UPI|NEFT|IMPS|RTGS|BACS|SEPA)\b")


def names_day_first_country(text: str) -> bool:
    """Whether a row speaks of a payment system of India, Britain or the euro area, where the day is written first."""
    return bool(_DAY_FIRST_COUNTRY.search(text))
