"""The icons and colours that accounts and categories can wear."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Icon:
    """A Bootstrap icon, and what it shows."""

    name: str
    label: str


def _icons(*rows: str) -> tuple[Icon, ...]:
    """One row is "name: label"."""
    return tuple(Icon(*row.split(": ")) for row in rows)


CATEGORY_ICONS = _icons(
    "tag: Tag", "basket: Basket", "cart3: Cart", "cup-hot: Hot drink", "egg-fried: Meal", "house: House",
    "building: Building", "house-door: Door", "lightning-charge: Electricity", "plug: Plug", "droplet: Water", "fire: Gas",
    "wifi: Internet", "phone: Phone", "tv: Television", "bus-front: Bus", "train-front: Train", "taxi-front: Taxi",
    "car-front: Car", "fuel-pump: Fuel", "bicycle: Bicycle", "airplane: Plane", "suitcase: Suitcase", "map: Map",
    "heart-pulse: Health", "capsule: Medicine", "hospital: Hospital", "shield-check: Insurance", "mortarboard: Education", "book: Book",
    "balloon: Balloon", "people: People", "person-workspace: Help at home", "person-badge: Contractor", "bag: Bag", "handbag: Handbag",
    "gift: Gift", "stars: Festival", "heart: Heart", "film: Film", "music-note: Music", "controller: Games",
    "camera: Camera", "scissors: Scissors", "flower1: Flower", "tools: Tools", "arrow-repeat: Subscription", "briefcase: Work",
    "shop: Shop", "box-seam: Goods", "truck: Freight", "megaphone: Marketing", "pc-display: Computer", "paperclip: Office supplies",
    "clipboard-check: Professional fees", "percent: Interest", "graph-up: Gains", "bank2: Bank", "cash-stack: Fees",
    "receipt-cutoff: Tax", "piggy-bank: Savings", "plus-circle: Plus", "three-dots: Other",
)  # fmt: skip

ACCOUNT_ICONS = _icons(
    "bank: Bank", "cash-coin: Cash", "wallet2: Wallet", "credit-card: Card", "piggy-bank: Savings", "safe: Safe",
    "phone: Phone", "globe: Abroad", "house: House", "car-front: Car", "mortarboard: Education", "briefcase: Work",
    "shop: Shop", "graph-up: Gains", "percent: Interest", "lock: Deposit",
)  # fmt: skip

COLOURS = {
    1: "Ink blue",
    2: "Ochre",
    3: "Teal",
    4: "Rose",
    5: "Plum",
    6: "Sky",
    7: "Rust",
    8: "Grey",
}
"""The series colours of the look, by number."""
