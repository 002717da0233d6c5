"""GA4's default channel groups."""

import pytest

from ingest.enrich.channels import channel


@pytest.mark.parametrize(
    ("source", "medium", "campaign", "referrer", "expected"),
    [
        ("", "", "", "", "Direct"),
        ("(direct)", "(none)", "", "", "Direct"),
        ("", "", "", "google.com", "Organic Search"),
        ("", "", "", "news.google.co.uk", "Organic Search"),
        ("", "", "", "duckduckgo.com", "Organic Search"),
        ("", "", "", "perplexity.ai", "Organic Search"),
        ("", "", "", "m.facebook.com", "Organic Social"),
        ("", "", "", "t.co", "Organic Social"),
        ("", "", "", "news.ycombinator.com", "Organic Social"),
        ("", "", "", "youtube.com", "Organic Video"),
        ("", "", "", "amazon.de", "Organic Shopping"),
        ("", "", "", "example.org", "Referral"),
        ("google", "cpc", "", "", "Paid Search"),
        ("Google", "PPC", "", "", "Paid Search"),
        ("facebook", "paid_social", "", "", "Paid Social"),
        ("youtube", "cpv", "", "", "Paid Video"),
        ("youtube", "cpc", "", "", "Paid Video"),
        ("google", "cpc", "summer_shopping", "", "Paid Shopping"),
        ("partner", "cpc", "", "", "Other"),
        ("partner", "cpm", "", "", "Display"),
        ("facebook", "cpm", "", "", "Paid Social"),
        ("partner", "banner", "", "", "Display"),
        ("news", "email", "", "google.com", "Email"),
        ("newsletter", "", "", "", "Email"),
        ("partner", "affiliate", "", "", "Affiliates"),
        ("spotify", "audio", "", "", "Audio"),
        ("sms", "", "", "", "SMS"),
        ("", "sms", "", "", "SMS"),
        ("app", "push", "", "", "Push"),
        ("firebase", "", "", "", "Push"),
        ("linkedin", "social", "", "", "Organic Social"),
        ("blog", "referral", "", "", "Referral"),
        ("blog", "organic", "", "", "Organic Search"),
        ("blog", "poster", "", "", "Other"),
        ("", "", "", "mail.google.com", "Referral"),
    ],
)
def test_channel(source: str, medium: str, campaign: str, referrer: str, expected: str) -> None:
    assert channel(source, medium, campaign, referrer) == expected
