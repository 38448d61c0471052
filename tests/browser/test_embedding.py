"""A list of ours in a frame of another site, with the code that the directory gives; any other page stays out of it."""

import re
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from playwright.sync_api import expect


class OtherSite(BaseHTTPRequestHandler):
    """Answers with one page, whatever is asked for."""

    def do_GET(self):  # the library's name
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(self.server.html.encode())

    def log_message(self, *_):
        """Nothing: the test says what it sees."""


@pytest.fixture
def other_site():
    """A site under another name than the portal's. Browsers keep made-up ones away from servers on this machine."""
    with HTTPServer(("127.0.0.1", 0), OtherSite) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def elsewhere(page, complaints, other_site):
    """elsewhere(html) opens a page of another site."""

    def open_page(html):
        other_site.html = f'<!doctype html><link rel="icon" href="data:,">{html}'
        address = f"http://localhost:{other_site.server_port}/"
        page.goto(address)
        complaints.remove(f"asked for {address}")
        return page

    return open_page


def test_the_code_of_a_list_shows_it_on_another_site(page, elsewhere):
    page.goto("/projects/?country=KEN")
    sentence = page.locator("#sentence").text_content()
    rows = page.locator("#results .result").count()
    page.click("#embed > summary")
    code = page.locator("#embed-html").text_content()
    frame = elsewhere(code).frame_locator("iframe")
    # Other tests publish records of Kenya in the same portal, so what the list shows is what the frame must.
    assert sentence.startswith("Projects benefiting Kenya: ")
    assert rows >= 4
    expect(frame.locator("h1")).to_have_text(sentence)
    expect(frame.locator(".embed-list > li")).to_have_count(rows)
    # The style sheet arrived.
    assert frame.locator(".embed-all").evaluate("line => getComputedStyle(line).fontWeight") == "600"


def test_a_link_of_the_frame_opens_beside_the_other_site(page, elsewhere, live, context):
    frame = elsewhere(f'<iframe src="{live}/embed/projects?country=KEN" width="600" height="600"></iframe>')
    with context.expect_page() as opened:
        frame.frame_locator("iframe").locator(".embed-list a").first.click()
    expect(opened.value).to_have_url(re.compile(f"^{live}/projects/"))
    assert opened.value.evaluate("opener") is None
    assert "localhost" in page.url
    assert context.cookies() == []


def test_any_other_page_stays_out_of_a_frame(elsewhere, live, complaints):
    page = elsewhere(f'<iframe src="{live}/projects/?country=KEN"></iframe>')
    page.wait_for_load_state()
    expect(page.frame_locator("iframe").locator("#sentence")).to_have_count(0)
    assert any("frame-ancestors" in line for line in complaints)
    complaints.clear()


def test_the_code_follows_the_filters(page):
    page.goto("/projects/")
    page.click("#embed > summary")
    page.check("#status-completed")
    expect(page.locator("#embed-html")).to_have_text(re.compile("/embed/projects[?]status=completed"))
    assert page.locator("#embed").get_attribute("open") is not None


def test_the_list_needs_no_script(browser, live):
    context = browser.new_context(java_script_enabled=False, base_url=live)
    page = context.new_page()
    page.goto("/embed/projects")
    assert page.locator(".embed-list > li").count() == 20
    context.close()
