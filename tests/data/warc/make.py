"""Writes crawl.warc.gz with warcio, a WARC library that has nothing in common with fineprint.

pip install warcio==1.8.1 brotli==1.2.1 && python make.py
"""

import gzip
import io

import brotli
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

SITE = "http://www.dormouse.example"


def page(title, *paragraphs, lang="en"):
    text = "".join(f"<p>{paragraph}</p>\n" for paragraph in paragraphs)
    return f"<!DOCTYPE html>\n<html lang='{lang}'><head><title>{title}</title></head>\n<body><h1>{title}</h1>\n{text}</body></html>\n"


def chunked(body, size=100):
    chunks = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"


class Crawl:
    def __init__(self, out):
        self.writer = WARCWriter(out, gzip=True, warc_version="1.1")
        self.number = 0

    def write(self, kind, path, date, body, fields=(), status="200 OK", **more):
        self.number += 1
        headers = {"WARC-Date": date, "WARC-Record-ID": f"<urn:uuid:00000000-0000-4000-8000-{self.number:012}>"}
        http = StatusAndHeaders(status, list(fields), protocol="HTTP/1.1") if kind == "response" else None
        record = self.writer.create_warc_record(
            SITE + path, kind, payload=io.BytesIO(body), http_headers=http, warc_headers_dict=headers, **more
        )
        self.writer.write_record(record)
        return record

    def again(self, path, date, of):
        self.number += 1
        record = self.writer.create_revisit_record(
            SITE + path,
            of.rec_headers.get_header("WARC-Payload-Digest"),
            of.rec_headers.get_header("WARC-Target-URI"),
            of.rec_headers.get_header("WARC-Date"),
            http_headers=StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1"),
            warc_headers_dict={
                "WARC-Date": date,
                "WARC-Record-ID": f"<urn:uuid:00000000-0000-4000-8000-{self.number:012}>",
            },
        )
        self.writer.write_record(record)


def main():
    with open("crawl.warc.gz", "wb") as out:
        crawl = Crawl(out)
        html = ("Content-Type", "text/html")
        crawl.writer.write_record(crawl.writer.create_warcinfo_record("crawl.warc.gz", {"software": "warcio"}))
        privacy = page("Privacy Policy", "The dormouse sleeps on your letters and reads none of them.").encode()
        first = crawl.write(
            "response", "/privacy", "2024-01-05T10:00:00Z", chunked(privacy), [html, ("Transfer-Encoding", "chunked")]
        )
        crawl.write(
            "response",
            "/cookies",
            "2024-01-05T10:01:00.250Z",
            chunked(gzip.compress(page("Cookies", "The teapot sets one cookie, which it eats at five o'clock.").encode(), mtime=0)),
            [html, ("Content-Encoding", "gzip"), ("Transfer-Encoding", "chunked")],
        )
        crawl.write(
            "response",
            "/terms",
            "2024-01-05T10:02:00Z",
            brotli.compress(page("Terms of Service", "Whoever sits at our table agrees to move one place on.").encode()),
            [html, ("Content-Encoding", "br")],
        )
        crawl.write(
            "response",
            "/fr/vie-privee",
            "2024-01-05T10:03:00Z",
            page("Vie privée", "Le loir protège vos données à l'intérieur de la théière.", lang="fr").encode("latin-1"),
            [("Content-Type", "text/html; charset=ISO-8859-1")],
        )
        crawl.write(
            "response",
            "/ja/privacy",
            "2024-01-05T10:04:00Z",
            page("プライバシー", "当社は個人情報を第三者に販売しません。", lang="ja").encode("shift_jis"),
            [("Content-Type", "text/html; charset=Shift_JIS")],
        )
        crawl.write("response", "/tea.png", "2024-01-05T10:05:00Z", b"\x89PNG\r\n\x1a\n", [("Content-Type", "image/png")])
        crawl.write("response", "/gone", "2024-01-05T10:06:00Z", page("Not found").encode(), [html], status="404 Not Found")
        crawl.write("response", "/policy.pdf", "2024-01-05T10:07:00Z", b"%PDF-1.4", [("Content-Type", "application/pdf")])
        crawl.write(
            "resource",
            "/imprint.txt",
            "2024-01-05T10:08:00Z",
            b"This teapot belongs to nobody.\n",
            warc_content_type="text/plain",
        )
        crawl.write(
            "conversion",
            "/contact",
            "2024-01-05T10:09:00Z",
            b"Write to the dormouse and it will answer in its sleep.\n",
            warc_content_type="text/plain",
        )
        crawl.write("metadata", "/privacy", "2024-01-05T10:10:00Z", b"seed: yes\r\n", warc_content_type="application/warc-fields")
        crawl.again("/privacy", "2024-02-05T10:00:00Z", first)
        crawl.write("response", "/privacy", "2024-03-05T10:00:00Z", privacy.replace(b"none", b"some"), [html])


main()
