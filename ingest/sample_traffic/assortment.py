"""What the sample shop sells, and where its visitors come from."""

from typing import NamedTuple

SITE = "https://shop.example.com"


class Product(NamedTuple):
    product_id: str
    name: str
    category: str
    price: float


class Source(NamedTuple):
    """How visits start: `weight` relative to the others, `intent` scales the urge to buy."""

    weight: float
    intent: float
    referrer: str = ""
    campaign: dict[str, str] | None = None
    landing: str = "/"


class Device(NamedTuple):
    weight: float
    user_agent: str
    screen: tuple[int, int]


PRODUCTS = [
    Product("TEA-001", "Sencha, 100 g", "tea", 12.90),
    Product("TEA-002", "Darjeeling first flush, 100 g", "tea", 16.50),
    Product("TEA-003", "Earl Grey, 250 g", "tea", 14.00),
    Product("TEA-004", "Chamomile, 50 g", "tea", 6.80),
    Product("TEA-005", "Matcha, ceremonial, 30 g", "tea", 32.00),
    Product("COF-001", "House espresso, 1 kg", "coffee", 24.00),
    Product("COF-002", "Ethiopia Yirgacheffe, 250 g", "coffee", 13.50),
    Product("COF-003", "Decaf filter, 500 g", "coffee", 15.90),
    Product("COF-004", "Cold brew blend, 500 g", "coffee", 17.20),
    Product("POT-001", "Cast-iron teapot", "teaware", 59.00),
    Product("POT-002", "Glass teapot with strainer", "teaware", 34.50),
    Product("POT-003", "Gaiwan, porcelain", "teaware", 27.00),
    Product("BRW-001", "Pour-over set", "brewing", 42.00),
    Product("BRW-002", "Hand grinder", "brewing", 89.00),
    Product("BRW-003", "French press, 1 l", "brewing", 38.00),
    Product("BRW-004", "Paper filters, 100", "brewing", 5.50),
    Product("GFT-001", "Tasting box", "gifts", 29.90),
    Product("GFT-002", "Gift card", "gifts", 50.00),
]
CATEGORIES = sorted({product.category for product in PRODUCTS})
ARTICLES = ["how-to-brew-sencha", "grind-size-explained", "water-temperature", "cold-brew-at-home"]

SOURCES = [
    Source(26, 1.1),
    Source(24, 1.0, "https://www.google.com/", landing="category"),
    Source(7, 0.8, "https://duckduckgo.com/", landing="article"),
    Source(
        12,
        1.3,
        "https://www.google.com/",
        {"source": "google", "medium": "cpc", "name": "autumn_sale"},
        "category",
    ),
    Source(
        9,
        0.5,
        "https://www.instagram.com/",
        {"source": "instagram", "medium": "paid_social", "name": "teaware_launch"},
        "product",
    ),
    Source(6, 0.4, "https://www.reddit.com/r/tea", landing="article"),
    Source(9, 1.8, "", {"source": "newsletter", "medium": "email", "name": "weekly"}, "product"),
    Source(4, 0.9, "https://www.teablog.example/best-teapots", landing="product"),
    Source(3, 0.6, "https://www.youtube.com/", landing="article"),
]

DEVICES = [
    Device(
        26,
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/142.0.0.0 Safari/537.36",
        (1920, 1080),
    ),
    Device(
        16,
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
        "Version/18.5 Safari/605.1.15",
        (1512, 982),
    ),
    Device(
        7,
        "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
        (1920, 1200),
    ),
    Device(
        6,
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0",
        (1536, 864),
    ),
    Device(
        24,
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 "
        "(KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
        (393, 852),
    ),
    Device(
        18,
        "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/142.0.0.0 Mobile Safari/537.36",
        (412, 915),
    ),
    Device(
        3,
        "Mozilla/5.0 (iPad; CPU OS 18_5 like Mac OS X) AppleWebKit/605.1.15 "
        "(KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
        (820, 1180),
    ),
]

# Country, locale, weight, and by how many hours its evenings are from those of UTC.
COUNTRIES = [
    ("US", "en-US", 34, -6),
    ("GB", "en-GB", 15, 0),
    ("DE", "de-DE", 14, 1),
    ("FR", "fr-FR", 9, 1),
    ("JP", "ja-JP", 7, 9),
    ("NL", "nl-NL", 5, 1),
    ("CA", "en-CA", 6, -5),
    ("AU", "en-AU", 5, 10),
    ("IN", "en-IN", 5, 5),
]

BOTS = [
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
]
