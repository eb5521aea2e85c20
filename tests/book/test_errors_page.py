"""The index of the page of errors leads from each message to where it is met."""

from __future__ import annotations

import re

from tests.builds import ROOT

PAGE = (ROOT / "book" / "beyond" / "errors.md").read_text("utf-8")
ROW = re.compile(r"^\| (.+) \| ((?:\[\]\(#[a-z-]+\)、?)+) \|$", re.M)
SECTION = re.compile(r"^\((error-[a-z-]+)\)=\n(.*?)(?=^\(error-|^## )", re.M | re.S)


def test_each_message_of_the_index_is_met_where_the_index_says() -> None:
    sections = dict(SECTION.findall(PAGE))
    led = []
    for message, links in ROW.findall(PAGE):
        for label in re.findall(r"#([a-z-]+)", links):
            led.append(label)
            outputs = re.findall(r"```\{testoutput\}\n(.*?)```", sections[label], re.S)
            if message.startswith("`"):
                assert any(message.strip("`") in output for output in outputs), message
            else:
                assert not any("Error" in output for output in outputs), label
    assert sorted(led) == sorted(sections)
    assert len(led) >= 18
