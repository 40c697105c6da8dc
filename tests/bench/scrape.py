"""How long scrapes take: scrape.py URL COUNT [--gzip] prints p50, p99 and the longest in milliseconds, and the bytes of
one. scrape.py --serve FILE is what they are held against: a server that sends a file from memory; it prints its port."""
import http.client
import http.server
import sys
import time
import urllib.parse


def scrape(url, count, gzip):
    place = urllib.parse.urlsplit(url)
    path = place.path + (f"?{place.query}" if place.query else "")
    times = []
    size = 0
    for _ in range(count):
        begun = time.perf_counter()
        connection = http.client.HTTPConnection(place.netloc, timeout=30)
        connection.request("GET", path, headers={"Accept-Encoding": "gzip"} if gzip else {})
        answer = connection.getresponse()
        size = len(answer.read())
        connection.close()
        if answer.status != 200:
            raise SystemExit(f"{url} answers {answer.status}")
        times.append((time.perf_counter() - begun) * 1000)
        # As often as a busy Prometheus pair, not as often as it goes: the sweep is to be disturbed by neither.
        time.sleep(0.02)
    times.sort()
    print(f"{times[len(times) // 2]:.1f} {times[len(times) * 99 // 100]:.1f} {times[-1]:.1f} {size}")


def serve(file):
    with open(file, "rb") as source:
        content = source.read()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_):
            pass
    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()


if sys.argv[1] == "--serve":
    serve(sys.argv[2])
else:
    scrape(sys.argv[1], int(sys.argv[2]), "--gzip" in sys.argv)
